"""The people's register: who works here, who is away, whose token this is, and who may do a task today."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from activities.store.certificates import certificates
from activities.store.database import Database
from activities.store.hot import Hot
from activities.store.keys import plain
from activities.store.register import Away, Person, Register
from activities.store.tables import PASSWORD, PERSON, REGISTER, SESSION, TOKEN
from workflows.types.commands import Actor
from workflows.types.tasks import Task
from workflows.types.words import Department, Language, MailWish

VERSION = Hot(select(REGISTER.c.version))
ALL = select(PERSON).where(PERSON.c.removed.is_(False))
BY_DIGEST = Hot(
    select(TOKEN.c.person, select(REGISTER.c.version).scalar_subquery().label("version")).where(
        TOKEN.c.digest == bindparam("digest"), TOKEN.c.revoked.is_(False)
    )
)


class Token(NamedTuple):
    """One of a person's, without what it opens doors by."""

    digest: str
    name: str
    made_at: datetime
    used_at: datetime | None
    """To some ten minutes; None: never."""


class UnknownPerson(LookupError):
    """Nobody in the register has this id."""

    def __init__(self, person_id: str) -> None:
        super().__init__(f"there is no {person_id} in the register")


class PeopleRegister:
    """Every process keeps a copy of the register and asks only whether it is still the newest."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._copy = (-1, Register(()))

    # Who is in it.

    def put(self, person: Person) -> None:
        """Adds a person or updates them; an absence on record stays when none is given, and so does their wish for mail."""
        absence = () if person.away else ("away_from", "away_to", "substitute")
        with self._database.writing() as connection:
            connection.execute(self._database.upsert(PERSON, "mail", *absence), row_of(person))
            moved(connection)

    def get(self, person_id: str) -> Person | None:
        return self.register().people.get(person_id)

    def every(self) -> list[Person]:
        return list(self.register().people.values())

    def remove(self, person_id: str) -> None:
        """Takes a person out, and their tokens' power; what they did stays on record. Raises UnknownPerson."""
        with self._database.writing() as connection:
            self._change(connection, person_id, removed=True)
            connection.execute(update(TOKEN).where(TOKEN.c.person == person_id).values(revoked=True))
            # Whoever comes back under the same name begins without the doors of before.
            for door in (SESSION, PASSWORD):
                connection.execute(delete(door).where(door.c.person == person_id))

    def away(self, person_id: str, from_: date, to: date, substitute: str | None) -> None:
        """Puts an absence on record, first and last day included. Raises UnknownPerson, also for the substitute."""
        with self._database.writing() as connection:
            if substitute is not None:
                self._change(connection, substitute, removed=False)
            self._change(connection, person_id, away_from=from_, away_to=to, substitute=substitute)

    def back(self, person_id: str) -> None:
        """Takes an absence off the record. Raises UnknownPerson."""
        with self._database.writing() as connection:
            self._change(connection, person_id, away_from=None, away_to=None, substitute=None)

    def speaks(self, person_id: str, language: Language) -> None:
        """Their pages and mails are in this language from now on. Raises UnknownPerson."""
        with self._database.writing() as connection:
            self._change(connection, person_id, language=language)

    def wishes(self, person_id: str, mail: MailWish) -> None:
        """They hear of tasks that are not due yet at once, or in their digest. Raises UnknownPerson."""
        with self._database.writing() as connection:
            self._change(connection, person_id, mail=mail)

    # Tokens.

    def new_token(self, person_id: str, name: str = "") -> str:
        """A new token, which nobody can read again: only its digest is kept. Raises UnknownPerson."""
        token = "jq_" + secrets.token_urlsafe(32)
        row = {"digest": digest(token), "person": person_id, "created_at": datetime.now(UTC), "name": name}
        with self._database.writing() as connection:
            self._change(connection, person_id, removed=False)
            connection.execute(insert(TOKEN), row)
        return token

    def by_token(self, token: str) -> Person | None:
        with self._database.reading() as connection:
            row = BY_DIGEST.first(connection, {"digest": digest(token)})
        return self._newest(row.version).people.get(row.person) if row else None

    def tokens(self, person_id: str) -> list[Token]:
        """Those that open a door, newest first."""
        mine = select(TOKEN).where(TOKEN.c.person == plain(person_id), TOKEN.c.revoked.is_(False))
        with self._database.reading() as connection:
            rows = connection.execute(mine.order_by(TOKEN.c.created_at.desc(), TOKEN.c.digest))
            return [Token(row.digest, row.name, row.created_at, row.used_at) for row in rows]

    def revoke(self, person_id: str, token_digest: str) -> None:
        """Of this person only; again changes nothing."""
        this = (TOKEN.c.digest == plain(token_digest)) & (TOKEN.c.person == person_id)
        with self._database.writing() as connection:
            connection.execute(update(TOKEN).where(this).values(revoked=True))

    def token_used(self, token: str, at: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(update(TOKEN).where(TOKEN.c.digest == digest(token)).values(used_at=at))

    # Who may do what today.

    def actor(self, person: Person, today: date) -> Actor:
        return self.register().actor(person, today)

    def members(self, department: Department, today: date, barred: Collection[str] = ()) -> list[Person]:
        """Who is there for a department today: away people's substitutes in their stead."""
        register = self.register()
        return register.present(register.members(department), today, barred)

    def heads(self, department: Department, today: date | None = None) -> list[Person]:
        """The heads; with a day given, who is there for them."""
        register = self.register()
        return self._there(register, register.heads(department), today)

    def management(self, today: date | None = None) -> list[Person]:
        register = self.register()
        return self._there(register, register.members(Department.MANAGEMENT), today)

    def admins(self, today: date | None = None) -> list[Person]:
        register = self.register()
        return self._there(register, register.admins(), today)

    def nobody_for(self, task: Task, stand_in: Department | None = None, today: date | None = None) -> bool:
        """Whether nobody is left for a task, in its department or, when given, in the one that stands in; today by UTC."""
        return self.register().nobody_for(task, today or datetime.now(UTC).date(), stand_in)

    def acting(self, actor: Actor, task: Task, stand_in: Department | None, today: date) -> Actor:
        """The actor, with the task's department added when that has nobody left and theirs stands in for it."""
        return self.register().acting(actor, task, stand_in, today)

    # The copy.

    def register(self) -> Register:
        """All people as of now."""
        with self._database.reading() as connection:
            return self.register_by(connection)

    def register_by(self, connection: Connection) -> Register:
        """All people as of what this connection sees."""
        return self._newest(VERSION.all(connection)[0].version)

    def _newest(self, version: int) -> Register:
        if self._copy[0] != version:
            with self._database.snapshot() as connection:
                newest = VERSION.all(connection)[0].version
                known = certificates(connection)
                people = (person_of(row, known.get(row.id)) for row in connection.execute(ALL))
                self._copy = (newest, Register(people))
        return self._copy[1]

    def _there(self, register: Register, people: list[Person], today: date | None) -> list[Person]:
        return people if today is None else register.present(people, today)

    def _change(self, connection: Connection, person_id: str, **values: Any) -> None:
        there = (PERSON.c.id == plain(person_id)) & PERSON.c.removed.is_(False)
        if connection.execute(update(PERSON).where(there).values(**values)).rowcount == 0:
            raise UnknownPerson(person_id)
        moved(connection)


def moved(connection: Connection) -> None:
    """Tells every process that its copy is old, in the transaction that makes it so."""
    connection.execute(update(REGISTER).values(version=REGISTER.c.version + 1))


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def row_of(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "departments": list(person.departments),
        "head_of": list(person.head_of),
        "admin": person.admin,
        "away_from": person.away.from_ if person.away else None,
        "away_to": person.away.to if person.away else None,
        "substitute": person.away.substitute if person.away else None,
        "removed": False,
        "mail": person.mail,
    }


def person_of(row: Any, certified: dict[str, date] | None = None) -> Person:
    away = Away(from_=row.away_from, to=row.away_to, substitute=row.substitute) if row.away_from else None
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        departments=row.departments,
        head_of=row.head_of,
        admin=row.admin,
        away=away,
        mail=row.mail,
        certificates=certified or {},
    )
