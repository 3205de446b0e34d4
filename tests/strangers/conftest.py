"""A stack of its own for those who come with bad intent or none at all: what they leave behind is nobody else's story."""

import time
from collections.abc import Iterator

import pytest

from tests.api.conftest import furnished, store
from tests.endtoend import people
from tests.endtoend.plant import written
from tests.endtoend.policies import ORDINARY
from tests.endtoend.stack import Stack
from tests.endtoend.waiting import until
from tests.strangers.bad import GONE, OPEN, PLANNED, WHY
from tests.strangers.plant import BesiegedPlant

__all__ = ["busy", "furnished", "plant", "quiet", "store"]
"""The store is for those who need no stack."""


@pytest.fixture(scope="package")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BesiegedPlant]:
    home = tmp_path_factory.mktemp("strangers")
    with BesiegedPlant(Stack(home, policy=written(home, ORDINARY))) as plant:
        yield plant
    people.dismiss()


@pytest.fixture(scope="package")
def busy(plant: BesiegedPlant) -> BesiegedPlant:
    """With an order that waits for its confirmation, one that waits for its plan, and one that was cancelled."""
    entered = plant.person("sales1").say("/orders", plant.body(order_no=OPEN))
    assert entered.status_code == 201, entered.text
    plant.enter(order_no=PLANNED).confirmed()
    plant.enter(order_no=GONE).say("cancel", **WHY)
    return plant


@pytest.fixture(scope="module")
def quiet(busy: BesiegedPlant) -> BesiegedPlant:
    """At rest, all its mail sent: what changes from here on was changed by whoever spoke last."""
    until(lambda: at_rest(busy), "the store is at rest", within=60)
    return busy


def at_rest(plant: BesiegedPlant) -> bool:
    """Nothing waits to be sent, and nothing moves for longer than a courier on a busy machine takes between two steps."""
    before = plant.content()
    time.sleep(2)
    return not before["outbox"] and plant.content() == before
