"""The policy that governs new orders: what was applied last, or the file that the stack was started with."""

from datetime import UTC, date, datetime
from functools import lru_cache

from activities import policy_file
from activities.policy_given import PolicyGiven
from activities.store import PolicyShelf, Store
from workflows.rules.calendar import Calendar
from workflows.types.policy import Policy
from workflows.types.words import Priority


class PolicyInForce:
    """`file` is the text given to `up --policy`; it governs until a policy is applied after it was written.

    One that does not know when it was written (`PolicyGiven`) counts from here on.
    """

    def __init__(self, store: Store, file: str | None = None) -> None:
        self._shelf = store.policies
        self._file = file
        self._since = file.since if isinstance(file, PolicyGiven) else datetime.now(UTC)

    def read(self, now: datetime) -> "Reading":
        """The policy as it governs now; asks the store, so that whoever needs it twice keeps the reading."""
        return Reading(self._shelf, self.text(), now)

    def pinned(self, now: datetime) -> Policy:
        return self.read(now).policy

    def calendar(self, now: datetime) -> Calendar:
        return self.read(now).calendar

    def text(self) -> str | None:
        """The file that governs, as it was written; None is the built-in policy."""
        if (file := self.governing_file()) is not None:
            return file
        _, applied = self._shelf.current()
        return applied

    def governing_file(self) -> str | None:
        """What this process was started with, as long as nothing was applied since it was written."""
        return None if self._file is None or self._is_superseded() else self._file

    def _is_superseded(self) -> bool:
        last = self._shelf.last_application()
        return last is not None and last[1] >= self._since


class Reading:
    """The policy in force at one instant."""

    def __init__(self, shelf: PolicyShelf, text: str | None, now: datetime) -> None:
        self._shelf = shelf
        self._text = text
        self.today = Calendar.of(parsed(text).plant).day_of(now)
        """In the plant's zone."""

    @property
    def policy(self) -> Policy:
        """With the public holidays around today."""
        return pinned(self._text, self.today)

    @property
    def calendar(self) -> Calendar:
        return Calendar.of(self.policy.plant)

    def adopted(self, priority: Priority) -> tuple[Policy, str]:
        """The policy of an order entered now, and the digest under which the shelf keeps it."""
        policy = for_priority(self._text, self.today, priority)
        return policy, self._shelf.put(policy)


@lru_cache(maxsize=8)
def parsed(text: str | None) -> Policy:
    return policy_file.default() if text is None else policy_file.parse(text)


@lru_cache(maxsize=8)
def pinned(text: str | None, today: date) -> Policy:
    return policy_file.pin(parsed(text), today)


@lru_cache(maxsize=16)
def for_priority(text: str | None, today: date, priority: Priority) -> Policy:
    return pinned(text, today).for_priority(priority)
