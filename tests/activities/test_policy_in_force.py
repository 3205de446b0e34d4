"""Which policy governs new orders: the last word, whether it came as a file or was applied, however often processes start."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from activities import store
from activities.policy_given import PolicyGiven
from activities.policy_in_force import PolicyInForce
from activities.store import Store
from tests.store.plant import HOUR, NOW

FILE, APPLIED = 'version = "file"', 'version = "applied"'


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Store]:
    store.migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    found = Store.open(url)
    yield found
    found.close()


def governing(found: Store, written: timedelta) -> str:
    """After a start of a process with the file as it was written then."""
    return PolicyInForce(found, PolicyGiven(FILE, NOW + written)).pinned(NOW).version


def test_a_process_that_starts_again_brings_no_file_back(found: Store) -> None:
    assert governing(found, 0 * HOUR) == "file"
    found.policies.set_current(APPLIED, "admin", NOW + HOUR)
    assert governing(found, 0 * HOUR) == "applied"


def test_a_file_that_was_written_after_the_last_application_governs_until_the_next(found: Store) -> None:
    found.policies.set_current('version = "old"', "admin", NOW)
    in_force = PolicyInForce(found, PolicyGiven(FILE, NOW + HOUR))
    assert in_force.pinned(NOW).version == "file"
    found.policies.set_current(APPLIED, "admin", NOW + 2 * HOUR)
    assert in_force.pinned(NOW).version == governing(found, HOUR) == "applied"
    assert governing(found, 3 * HOUR) == "file"
