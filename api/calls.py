"""One request to do something: who asks, what with, and the id under which it is done once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, QueryParams

from activities.store.register import Person
from api.problems import Problem, invalid
from api.versions import is_stale
from api.visit import Visit
from workflows import ids
from workflows.types.commands import Actor
from workflows.types.events import SaidRef
from workflows.types.refusals import Fault

LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Call:
    person: Person
    body: Any
    if_match: str | None
    ref: SaidRef
    key_is_theirs: bool
    """Whether the client chose the key, so that this may be a repeat."""
    key_is_usable: bool
    now: datetime
    query: bytes = b""

    @classmethod
    def of(cls, visit: Visit, path: str, now: datetime) -> "Call":
        """`path` is canonical: in whatever case a number is written, it is the same call."""
        given = visit.headers.getlist("idempotency-key")
        usable = not given or is_usable(given)
        key = given[0] if given and usable else uuid4().hex
        said_id = ids.said(visit.person.id, visit.method, path, key)
        return cls(
            person=visit.person,
            body=visit.body.value,
            if_match=if_match(visit.headers),
            ref=SaidRef(id=said_id, key=key, fingerprint=visit.body.fingerprint),
            key_is_theirs=bool(given) and usable,
            key_is_usable=usable,
            now=now,
            query=visit.query,
        )

    def check_key(self) -> None:
        """Refuses a bad key only when the turn of 422 has come."""
        if not self.key_is_usable:
            message = f"give it once, with 1 to {LONGEST_KEY} visible ASCII characters"
            raise invalid(Fault(pointer="/headers/Idempotency-Key", message=message))

    def check_query(self, known: frozenset[str]) -> None:
        """Refuses what nobody would heed: who holds an order with `dry_run` does not want it held."""
        if not self.query:
            return
        unknown = sorted(set(QueryParams(self.query).keys()) - known)
        if unknown:
            raise invalid(*(Fault(pointer=f"/query/{name}", message="is not known here") for name in unknown))

    def check_version(self, version: int) -> None:
        if is_stale(self.if_match, version):
            raise Problem(412, "stale", f"it has changed since you read it; its version is {version} now")

    def signed(self, actor: Actor, version: int) -> dict[str, Any]:
        """What every command carries; `version` is the order's own count of what it is about."""
        return {"actor": actor, "ref": self.ref, "expected_version": self.expecting(version)}

    def expecting(self, version: int) -> int | None:
        """What the order is to judge again, when the client said what they had seen."""
        return None if self.if_match is None or self.if_match.strip() == "*" else version


def if_match(headers: Headers) -> str | None:
    """RFC 9110 lets a list be spread over several fields."""
    given = headers.getlist("if-match")
    return ", ".join(given) if given else None


def is_usable(keys: list[str]) -> bool:
    return len(keys) == 1 and 1 <= len(keys[0]) <= LONGEST_KEY and all("!" <= char <= "~" for char in keys[0])
