"""When what is done regularly is due: by weekday, day of the month and quarter, and where clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from workflows.rules.timetable import Times, instant, jumped_over, monthly, occurrences, of_review, openings, quarterly, regular
from workflows.types.policy import Plant, Reviews, Shift, Timing
from workflows.types.reviews import ReviewKind

BERLIN, TAIPEI, HAVANA = "Europe/Berlin", "Asia/Taipei", "America/Havana"
NINE = time(9)


def at(zone: str, *words: int) -> datetime:
    return datetime(*words, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc,arg-type]


def days(times: tuple[Times, ...], zone: str, first: date, last: date) -> list[str]:
    after, until = (datetime.combine(day, time(0), ZoneInfo(zone)) for day in (first, last + timedelta(days=1)))
    return [f"{each.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}" for each in occurrences(times, zone, after, until)]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (regular(Timing(weekday=0, at=NINE)), ["Mon 30 Nov 09:00", "Mon 07 Dec 09:00"]),
        (regular(Timing(day=1, at=NINE)), ["Tue 01 Dec 09:00"]),
        (monthly(Timing(day=28, at=NINE)), ["Sat 28 Nov 09:00"]),
        (monthly(Timing(weekday=2, at=NINE)), ["Wed 02 Dec 09:00"]),
        (monthly(Timing(at=NINE)), ["Tue 01 Dec 09:00"]),
        (quarterly(Timing(day=1, at=NINE)), []),
        (regular(None), []),
        (monthly(None), []),
    ],
)
def test_two_weeks(times: tuple[Times, ...], expected: list[str]) -> None:
    assert days(times, TAIPEI, date(2026, 11, 26), date(2026, 12, 9)) == expected


def test_each_day_and_each_quarter() -> None:
    assert len(days(regular(Timing(at=NINE)), TAIPEI, date(2026, 11, 26), date(2026, 12, 9))) == 14
    year = date(2027, 1, 1), date(2027, 12, 31)
    assert days(quarterly(Timing(day=1, at=NINE)), BERLIN, *year) == [
        "Fri 01 Jan 09:00",
        "Thu 01 Apr 09:00",
        "Thu 01 Jul 09:00",
        "Fri 01 Oct 09:00",
    ]


def test_the_first_instant_is_left_out_and_the_last_is_in() -> None:
    times = regular(Timing(at=NINE))
    first, second = at(TAIPEI, 2026, 12, 1, 9), at(TAIPEI, 2026, 12, 2, 9)
    assert occurrences(times, TAIPEI, first, second) == [second]


def test_the_policy_has_one_for_each_kind_of_review() -> None:
    found = {kind: of_review(kind, Reviews()) for kind in ReviewKind}
    assert found[ReviewKind.WEEKLY] == (Times(NINE, weekdays=(0,)),)
    assert found[ReviewKind.MONTHLY] == (Times(time(8), days=(1,)),)
    assert found[ReviewKind.QUARTERLY] == (Times(time(8, 30), days=(1,), months=(1, 4, 7, 10)),)


# Where clocks change.


def test_an_hour_that_is_jumped_over_comes_as_much_later() -> None:
    times = regular(Timing(at=time(2, 30)))
    night = occurrences(times, BERLIN, at(BERLIN, 2027, 3, 27, 12), at(BERLIN, 2027, 3, 28, 12))
    assert night == [at(BERLIN, 2027, 3, 28, 3, 30)]
    assert jumped_over(times[0], BERLIN, at(BERLIN, 2027, 1, 1), at(BERLIN, 2028, 1, 1)) == night


def test_of_an_hour_that_comes_twice_the_second_is_meant_once() -> None:
    night = occurrences(regular(Timing(at=time(2, 30))), BERLIN, at(BERLIN, 2027, 10, 30, 12), at(BERLIN, 2027, 10, 31, 12))
    assert night == [datetime(2027, 10, 31, 1, 30, tzinfo=UTC)]


def test_a_day_without_midnight_has_its_morning() -> None:
    day = date(2027, 3, 14)
    assert instant(day, NINE, HAVANA) == at(HAVANA, 2027, 3, 14, 9)
    assert jumped_over(Times(NINE), HAVANA, at(HAVANA, 2027, 3, 14, 1), at(HAVANA, 2027, 3, 15, 1)) == [
        instant(day, NINE, HAVANA)
    ]


def test_a_year_has_each_day_once_wherever_it_is() -> None:
    for zone in (BERLIN, TAIPEI, HAVANA, "Australia/Lord_Howe", "America/New_York"):
        for hour in (time(0), time(1, 45), time(2, 30), time(23, 59)):
            found = occurrences(
                regular(Timing(at=hour)), zone, at(zone, 2027, 1, 1, 0, 0) - timedelta(seconds=1), at(zone, 2028, 1, 1)
            )
            there = {each.astimezone(ZoneInfo(zone)).date() for each in found if each < at(zone, 2028, 1, 1)}
            assert len(there) == 365, (zone, hour)


def test_mornings_begin_with_the_first_shift() -> None:
    shifts = (Shift(start=time(13), end=time(17)), Shift(start=time(8), end=time(12)))
    late = (Shift(start=time(10), end=time(12)),)
    plant = Plant(name="p", time_zone=TAIPEI, hours=shifts, hours_by_day={5: late})
    assert openings(plant) == (Times(time(8), weekdays=(0, 1, 2, 3, 4, 6)), Times(time(10), weekdays=(5,)))
