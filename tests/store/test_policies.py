"""Policies are kept for ever, found by what they say, and the last file applied governs (R23)."""

import pytest

from activities import policy_file
from activities.store import Store, UnknownPolicy
from tests.store.plant import NOW
from workflows.types.policy import Policy


@pytest.fixture
def policy() -> Policy:
    return policy_file.default()


def test_a_policy_is_kept_once_under_what_it_says(db: Store, policy: Policy, url: str) -> None:
    digest = db.policies.put(policy)
    assert digest == db.policies.put(policy) == db.policies.digest_of(policy)
    changed = policy.model_copy(update={"version": "other"})
    assert db.policies.put(changed) != digest
    other = Store.open(url)
    assert other.policies.get(digest) == policy
    assert other.policies.put(policy) == digest
    assert other.policies.get(db.policies.digest_of(changed)) == changed
    other.close()


def test_what_was_never_kept_is_unknown(db: Store) -> None:
    with pytest.raises(UnknownPolicy):
        db.policies.get("0" * 64)


def test_the_last_file_applied_governs_and_those_before_stay(db: Store) -> None:
    assert db.policies.current() == (None, None)
    db.policies.set_current('version = "1"', "root", NOW)
    db.policies.set_current('version = "2"', "root", NOW, digest="d2")
    assert db.policies.current() == ("d2", 'version = "2"')
    with db.database.reading() as connection:
        kept = connection.exec_driver_sql("SELECT text FROM policy_text ORDER BY id").scalars().all()
    assert kept == ['version = "1"', 'version = "2"']


def test_what_caused_a_change_is_kept_with_it(db: Store) -> None:
    db.policies.set_current('version = "1"', "root", NOW)
    db.policies.set_current('version = "2"', "root", NOW, because="imp:7")
    db.policies.set_current('version = "3"', "root", NOW, because="imp:7")
    assert [each.because for each in db.policies.applications(9)] == ["imp:7", "imp:7", None]
    assert [each.text for each in db.policies.because_of("imp:7")] == ['version = "3"', 'version = "2"']
    assert db.policies.because_of("imp:8") == []
    first = db.policies.application(db.policies.applications(9)[-1].number)
    assert first is not None and first.because is None
