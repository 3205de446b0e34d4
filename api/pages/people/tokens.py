"""Tokens, with which programs act for a person: made with a name, shown once, taken back."""

from datetime import datetime
from typing import NamedTuple

from activities.store import Store
from activities.store.people import Token
from api.problems import Problem, invalid
from workflows.types.refusals import Fault

LONGEST_NAME = 60
MOST = 50


class Fresh(NamedTuple):
    """What is shown this once."""

    what: str
    """`token` or `password`."""
    secret: str


def make(store: Store, person_id: str, name: str) -> Fresh:
    """Raises Problem, UnknownPerson. A name is given once, so that a form sent twice makes no second token."""
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise invalid(Fault(pointer="", message=f"write a name of 1 to {LONGEST_NAME} characters"))
    known = store.people.tokens(person_id)
    if any(token.name == name for token in known):
        raise Problem(409, "token-exists", f"there is a token {name} already; revoke it, or choose another name")
    if len(known) >= MOST:
        raise Problem(409, "too-many", f"there are {MOST} tokens already; revoke some first")
    return Fresh("token", store.people.new_token(person_id, name))


def revoke_all(store: Store, person_id: str) -> None:
    """For who fears that somebody else had their password: they may have made tokens with it."""
    for token in store.people.tokens(person_id):
        store.people.revoke(person_id, token.digest)


def last_first(tokens: list[Token]) -> list[Token]:
    """Those in use before those that nobody would miss."""
    return sorted(tokens, key=used, reverse=True)


def used(token: Token) -> datetime:
    return token.used_at or token.made_at
