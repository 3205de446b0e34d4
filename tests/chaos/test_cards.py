"""The seed alone decides what breaks when, and what people say."""

from collections import Counter
from itertools import islice

from tests.chaos.answers import BY_KIND, answers
from tests.chaos.cards import Ground, Kind, deck, hands
from tests.chaos.entering import entries
from tests.chaos.links import BAD as MODES
from tests.chaos.sink import BAD as MOODS
from workflows.types.answers import OUTCOMES, read
from workflows.types.words import Kind as Task

GROUND = Ground(
    parts=("store", "engine", "worker1", "worker2", "api1", "api2"),
    links=("worker1-store", "worker1-engine", "worker1-mail", "people-api1"),
    disks=("store", "engine"),
)


def test_the_same_seed_deals_the_same_cards() -> None:
    assert hands(GROUND, 1, 300) == hands(GROUND, 1, 300) != hands(GROUND, 2, 300)


def test_a_minute_meets_every_kind_of_fault() -> None:
    for seed in range(1, 6):
        played = [card for hand in hands(GROUND, seed, 60) for card in hand]
        # Disks and locks take turns.
        assert {card.kind for card in played} | {Kind.DISK, Kind.LOCK} == set(Kind)
        assert all(sum(card.pause + card.seconds for card in hand) <= 60 for hand in hands(GROUND, seed, 60))


def test_a_long_run_breaks_everything_in_every_way() -> None:
    dealt = Counter((card.kind, card.how, frozenset(card.targets)) for card in islice(deck(GROUND, 1), 200))
    for part in GROUND.parts:
        assert any(kind is Kind.KILL and targets == {part} for kind, _, targets in dealt)
        assert any(kind is Kind.FREEZE and targets == {part} for kind, _, targets in dealt)
    for link in GROUND.links:
        assert {how for kind, how, targets in dealt if kind is Kind.LINK and targets == {link}} == set(MODES)
    assert {how for kind, how, _ in dealt if kind is Kind.MAIL} == set(MOODS)
    assert any(targets == set(GROUND.parts) for _, _, targets in dealt)


def test_the_same_seed_enters_the_same_orders() -> None:
    assert entries(1, 60) == entries(1, 60) != entries(2, 60)
    assert {entry.how for entry in entries(1, 300)} == {"enter", "double", "twin"}


def test_the_same_task_gets_the_same_kind_of_answer_and_the_product_can_read_it() -> None:
    kinds = [kind for kind in Task if kind in OUTCOMES]
    assert {kind.value for kind in kinds if not kind.startswith("ready_")} <= set(BY_KIND)
    for kind in kinds:
        for n in range(1, 30):
            task = {"id": f"C1-{n}.{kind}.1", "kind": kind.value, "n": 1, "quantities": {"1": 5, "2": 1}}
            said = answers(1, task)
            assert [outcome for outcome, _ in said] == [outcome for outcome, _ in answers(1, task)]
            for outcome, fields in said:
                read(kind, outcome, fields)
