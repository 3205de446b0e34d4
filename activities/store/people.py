"""The people's register: who works here, who is away, whose token this is, and who may do a task today."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from activities.store.database import Database
from activities.store.keys import plain
from activities.store.register import Away, Person, Register
from activities.store.tables import PERSON, REGISTER, TOKEN
from workflows.types.commands import Actor
from workflows.types.tasks import Task
from workflows.types.words import Department

VERSION = select(REGISTER.c.version)
ALL = select(PERSON).where(PERSON.c.removed.is_(False))
BY_DIGEST = select(TOKEN.c.person, VERSION.scalar_subquery().label("version")).where(
    TOKEN.c.digest == bindparam("digest"), TOKEN.c.revoked.is_(False)
)


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
        """Adds a person or updates them; an absence on record stays when none is given."""
        absence = () if person.away else ("away_from", "away_to", "substitute")
        with self._database.writing() as connection:
            connection.execute(self._database.upsert(PERSON, *absence), row_of(person))
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

    def away(self, person_id: str, from_: date, to: date, substitute: str | None) -> None:
        """Puts an absence on record, first and last day included. Raises UnknownPerson, also for the substitute."""
        with self._database.writing() as connection:
            if substitute is not None:
                self._change(connection, substitute, removed=False)
            self._change(connection, person_id, away_from=from_, away_to=to, substitute=substitute)

    # Tokens.

    def new_token(self, person_id: str) -> str:
        """A new token, which nobody can read again: only its digest is kept. Raises UnknownPerson."""
        token = "jq_" + secrets.token_urlsafe(32)
        row = {"digest": digest(token), "person": person_id, "created_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            self._change(connection, person_id, removed=False)
            connection.execute(insert(TOKEN), row)
        return token

    def by_token(self, token: str) -> Person | None:
        with self._database.reading() as connection:
            row = connection.execute(BY_DIGEST, {"digest": digest(token)}).first()
        return self._newest(row.version).people.get(row.person) if row else None

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
            version = connection.execute(VERSION).scalar_one()
        return self._newest(version)

    def _newest(self, version: int) -> Register:
        if self._copy[0] != version:
            with self._database.snapshot() as connection:
                newest = connection.execute(VERSION).scalar_one()
                self._copy = (newest, Register(map(person_of, connection.execute(ALL))))
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
    }


def person_of(row: Any) -> Person:
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
    )
