"""Who commands speak for: the person named, as they stand on the plant's day."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from activities.store import Store, migrate
from jiaoqi.cli.importing import enterer
from jiaoqi.cli.policy import admin
from jiaoqi.cli.store import somebody
from jiaoqi.errors import MayNot, NobodyHasThisName
from tests.store.plant import person
from workflows.types.words import Department

TODAY = date(2026, 12, 1)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """With somebody of sales who is away today, and somebody of quality in their stead."""
    migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    with closing(Store.open(url)) as store:
        for each in (person("sales1", Department.SALES), person("quality1", Department.QUALITY)):
            store.people.put(each)
        store.people.away("sales1", TODAY, TODAY, "quality1")
        yield store


def test_who_stands_in_may_enter_orders_on_that_day_alone(store: Store) -> None:
    assert enterer(store, "quality1", TODAY).id == "quality1"
    with pytest.raises(MayNot, match="quality1 may not import: orders are entered by sales"):
        enterer(store, "quality1", YESTERDAY)


def test_who_applies_a_policy_speaks_as_they_stand_on_that_day(store: Store) -> None:
    store.people.put(person("boss", Department.MANAGEMENT).model_copy(update={"admin": True}))
    store.people.away("sales1", TODAY, TODAY, "boss")
    assert Department.SALES in admin(store, "boss", TODAY).departments
    assert Department.SALES not in admin(store, "boss", YESTERDAY).departments
    with pytest.raises(MayNot, match="quality1 is no admin"):
        admin(store, "quality1", TODAY)


def test_nobody_else_is_spoken_for(store: Store) -> None:
    with pytest.raises(NobodyHasThisName, match="there is no nobody in the register"):
        somebody(store, "nobody")
