"""Where bars come to lie on the plan board."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from api.pages.planning import gantt
from api.pages.planning.board import short
from api.pages.planning.gantt import LEFT, WIDE, Span, Window, Work

TAIPEI, BERLIN = ZoneInfo("Asia/Taipei"), ZoneInfo("Europe/Berlin")
FORTNIGHT = Window(date(2027, 3, 1), 14, TAIPEI)
HOUR = timedelta(hours=1)


def day(n: float) -> datetime:
    """So many days after the window begins."""
    return FORTNIGHT.start + timedelta(days=n)


def test_days_lie_side_by_side_and_what_is_out_of_sight_on_the_border() -> None:
    assert [FORTNIGHT.x(day(n)) for n in (-3, 0, 7, 14, 99)] == [LEFT, LEFT, LEFT + WIDE / 2, LEFT + WIDE, LEFT + WIDE]


def test_a_day_of_23_hours_is_narrower() -> None:
    spring = Window(date(2027, 3, 27), 2, BERLIN)
    assert spring.end - spring.start == 2 * timedelta(days=1)  # by the clocks on the wall
    assert spring.x(spring.morning(date(2027, 3, 28))) == LEFT + WIDE / 2


def test_what_lies_behind_the_promised_day_is_late() -> None:
    whole = Span(Work.MAKE, day(1), day(5))
    assert list(gantt.split([whole], day(9))) == [whole] == list(gantt.split([whole], None))
    assert list(gantt.split([whole], day(3))) == [Span(Work.MAKE, day(1), day(3)), Span(Work.MAKE, day(3), day(5), is_late=True)]
    assert list(gantt.split([whole], day(1))) == [Span(Work.MAKE, day(1), day(5), is_late=True)]


def test_bars_are_cut_to_the_window_and_say_so() -> None:
    spans = [Span(Work.MAKE, day(n), day(m)) for n, m in ((-9, -1), (-1, 1), (2, 2.001), (13, 15), (14, 20))]
    drawn = [(bar.x, bar.comes_from_before, bar.goes_on) for bar in gantt.bars(FORTNIGHT, spans)]
    assert drawn == [(LEFT, True, False), (FORTNIGHT.x(day(2)), False, False), (FORTNIGHT.x(day(13)), False, True)]
    assert min(bar.width for bar in gantt.bars(FORTNIGHT, spans)) == gantt.LEAST


def test_who_shares_a_work_center_with_whom() -> None:
    made = [("A", 0, 2), ("B", 1, 3), ("C", 3, 4), ("D", 2, 3)]
    shared = gantt.overlapping([(name, Span(Work.MAKE, day(start), day(end))) for name, start, end in made])
    assert {name: sorted(others) for name, others in shared.items()} == {"A": ["B"], "B": ["A", "D"], "D": ["B"]}


def test_among_many_whoever_shares_it_with_anybody_is_found() -> None:
    many = [(f"S{n}", Span(Work.MAKE, day(1 + n / 10), day(1 + n / 10) + HOUR)) for n in range(50)]
    shared = gantt.overlapping([("LONG", Span(Work.MAKE, day(0), day(13))), *many])
    assert shared.keys() == {"LONG", *(name for name, _ in many)}
    assert all(others == ["LONG"] for name, others in shared.items() if name != "LONG") and len(shared["LONG"]) == gantt.NEAREST


@pytest.mark.parametrize(
    ("bars", "rows"),
    [
        ([], []),
        ([(0, 200), (200, 300), (250, 400), (420, 500)], [0, 0, 1, 0]),
        ([(0, 5), (60, 65), (130, 135)], [0, 1, 0]),  # a number needs its room
    ],
)
def test_no_bar_lies_on_another(bars: list[tuple[float, float]], rows: list[int]) -> None:
    assert gantt.stacked(bars) == rows


def test_names_are_cut_by_what_they_take_not_by_how_many_letters_they_have() -> None:
    assert (short("聯宏精密工業", 11), short("Kaohsiung Fab", 11), short("聯宏", 11)) == ("聯宏精密工…", "Kaohsiung F…", "聯宏")
