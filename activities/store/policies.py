"""Policies: what orders are pinned to, by digest, and the file that governs new ones."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select

from activities.store.database import Database
from activities.store.tables import ORDER, POLICY, POLICY_TEXT
from workflows.types.policy import Policy
from workflows.types.words import UNDER_WAY

BY_DIGEST = select(POLICY.c.body).where(POLICY.c.digest == bindparam("digest"))
CURRENT = select(POLICY_TEXT.c.digest, POLICY_TEXT.c.text).order_by(POLICY_TEXT.c.id.desc()).limit(1)
LAST = select(POLICY_TEXT.c.id, POLICY_TEXT.c.at).order_by(POLICY_TEXT.c.id.desc()).limit(1)


class Application(NamedTuple):
    """A policy file that was put in force."""

    number: int
    text: str
    by: str
    at: datetime
    because: str | None = None
    """The improvement that caused it (R23)."""


class UnknownPolicy(LookupError):
    """No policy with this digest was ever kept."""


def canonical(policy: Policy) -> str:
    return json.dumps(policy.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class PolicyShelf:
    """Every policy that any order was entered under; what stands here never changes, so it is read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[str, Policy] = {}

    def digest_of(self, policy: Policy) -> str:
        return hashlib.sha256(canonical(policy).encode()).hexdigest()

    def put(self, policy: Policy, digest: str | None = None) -> str:
        """Keeps a policy, once; the digest that it is found by."""
        digest = digest or self.digest_of(policy)
        if digest in self._read:
            return digest
        row = {"digest": digest, "body": canonical(policy), "kept_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            connection.execute(self._database.insert_new(POLICY), row)
        self._remember(digest, policy)
        return digest

    def get(self, digest: str) -> Policy:
        """Raises UnknownPolicy."""
        if digest in self._read:
            return self._read[digest]
        with self._database.reading() as connection:
            row = connection.execute(BY_DIGEST, {"digest": digest}).first()
        if row is None:
            raise UnknownPolicy(digest)
        return self._remember(digest, Policy.model_validate_json(row.body))

    def current(self) -> tuple[str | None, str | None]:
        """The digest and the text that were last applied; none before the first time."""
        with self._database.reading() as connection:
            row = connection.execute(CURRENT).first()
        return (row.digest, row.text) if row else (None, None)

    def last_application(self) -> tuple[int, datetime] | None:
        """The number and the instant of the last: the same file applied again, after another, has another number."""
        with self._database.reading() as connection:
            row = connection.execute(LAST).first()
        return (row.id, row.at) if row else None

    def applications(self, limit: int) -> list[Application]:
        """What was applied, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(POLICY_TEXT).order_by(POLICY_TEXT.c.id.desc()).limit(limit))
            return [application(row) for row in rows]

    def because_of(self, number: str) -> list[Application]:
        """What an improvement changed, the newest first."""
        caused = select(POLICY_TEXT).where(POLICY_TEXT.c.because == number).order_by(POLICY_TEXT.c.id.desc())
        with self._database.reading() as connection:
            return [application(row) for row in connection.execute(caused)]

    def application(self, number: int) -> Application | None:
        with self._database.reading() as connection:
            row = connection.execute(select(POLICY_TEXT).where(POLICY_TEXT.c.id == number)).first()
        return application(row) if row else None

    def governing(self) -> dict[str, int]:
        """How many orders under way each policy governs, by its digest."""
        each = select(ORDER.c.policy, func.count().label("orders")).group_by(ORDER.c.policy)
        with self._database.reading() as connection:
            return {row.policy: row.orders for row in connection.execute(each.where(ORDER.c.status.in_(UNDER_WAY)))}

    def set_current(self, text: str, by: str, at: datetime, digest: str | None = None, because: str | None = None) -> None:
        """Makes this file govern; what governed before stays on record (R23)."""
        with self._database.writing() as connection:
            connection.execute(insert(POLICY_TEXT), {"digest": digest, "text": text, "by": by, "at": at, "because": because})

    def _remember(self, digest: str, policy: Policy) -> Policy:
        return self._read.setdefault(digest, policy)


def application(row: Any) -> Application:
    return Application(row.id, row.text, row.by, row.at, row.because)
