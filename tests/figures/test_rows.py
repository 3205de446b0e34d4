"""Where a fact is summed up, and which sums a period consists of."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from activities.store.figure_rows import Fact, bucket, cells, reach, scopes
from tests.figures.plain_sql import day


def test_buckets_grow_with_their_values() -> None:
    values = [*range(5_000), *(1 << n for n in range(13, 50)), *((1 << n) + 1 for n in range(13, 50))]
    assert all(bucket(a) <= bucket(b) for a, b in pairwise(sorted(values)))
    assert [bucket(n) for n in range(16)] == list(range(16))
    assert bucket(8 * 3_600_000_000) != bucket(9 * 3_600_000_000)


@pytest.mark.parametrize(
    ("start", "end", "runs"),
    [
        ("2026-01-01", "2027-01-01", [("y2026", "y2026")]),
        ("2024-01-01", "2027-01-01", [("y2024", "y2026")]),
        ("2026-02-01", "2026-05-01", [("m2026-02", "m2026-04")]),
        (
            "2025-12-30",
            "2027-02-02",
            [("d2025-12-30", "d2025-12-31"), ("y2026", "y2026"), ("m2027-01", "m2027-01"), ("d2027-02-01", "d2027-02-01")],
        ),
        ("2026-03-10", "2026-03-10", []),
        ("2026-12-01", "2027-01-01", [("m2026-12", "m2026-12")]),
    ],
)
def test_a_period_is_made_of_the_longest_that_fit(start: str, end: str, runs: list[tuple[str, str]]) -> None:
    assert reach(day(start), day(end)).runs == runs


def test_whatever_the_period_each_of_its_days_counts_once() -> None:
    dice = Random(5)
    for _ in range(200):
        start = date(2024, 1, 1) + timedelta(days=dice.randrange(900))
        end = start + timedelta(days=dice.randrange(800))
        parts = reach(start, end)
        for n in range(-3, 806):
            one = start + timedelta(days=n)
            periods = [cell.period for cell in cells(Fact("m", "", "", one), [""])]
            hits = sum(first <= period <= last for first, last in parts.runs for period in periods)
            assert hits == (start <= one < end), (start, end, one)
            of_scope = sum(first <= p <= last for first, last in parts.runs for p in periods if p[0] != "d")
            assert of_scope + sum(a <= one <= b for a, b in parts.days) == hits


def test_an_order_counts_for_its_customer_and_each_product() -> None:
    assert scopes("ACME", ["b", "a", "B"]) == ["", "c:acme", "p:a", "p:b", "c:acme\np:a", "c:acme\np:b"]
