"""Working time: tables in the plant's words, and laws judged by an oracle that counts minute by minute."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workflows.rules.calendar import Calendar, NoWorkingTime
from workflows.types.policy import Plant, Shift, Span, Unit

SAT, SUN = 5, 6
HOUR, MINUTE, MICROSECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)


def shifts(*hours: str) -> tuple[Shift, ...]:
    return tuple(Shift(start=time.fromisoformat(span[:5]), end=time.fromisoformat(span[6:])) for span in hours)


def days(*texts: str) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, texts))


def span(text: str) -> Span:
    return Span(count=int(text[:-1]), unit=Unit(text[-1]))


OFFICE = Plant(name="Plant", time_zone="Asia/Taipei", hours=shifts("08:00-12:00", "13:00-17:00"), weekend=(SAT, SUN))
NIGHT = OFFICE.model_copy(update={"hours": shifts("22:00-06:00")})
BERLIN_NIGHT = NIGHT.model_copy(update={"time_zone": "Europe/Berlin"})
LONG_IN_SAMOA = OFFICE.model_copy(
    update={"time_zone": "Pacific/Pago_Pago", "hours": shifts("22:00-22:00"), "closed": days("2026-12-17")}
)
ALWAYS = OFFICE.model_copy(update={"around_the_clock": True, "closed": days("2026-11-20")})


def local(plant: Plant, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(plant.time_zone))


# November 2026 begins on a Sunday: the 20th is a Friday, the 23rd a Monday.
@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("2026-11-20 13:00", "4h", "2026-11-20 17:00"),  # Friday evening, not Monday morning
        ("2026-11-23 08:00", "-4h", "2026-11-20 13:00"),
        ("2026-11-23 08:00", "-1s", "2026-11-20 16:59:59"),
        ("2026-11-20 17:00", "-4h", "2026-11-20 13:00"),
        ("2026-11-20 13:00", "-4h", "2026-11-20 08:00"),  # the latest instant from which four hours lead here
        ("2026-11-20 12:00", "-4h", "2026-11-20 08:00"),
        ("2026-11-20 08:00", "4h", "2026-11-20 12:00"),  # noon, not the end of lunch
        ("2026-11-20 08:00", "5h", "2026-11-20 14:00"),
        ("2026-11-20 12:30", "1h", "2026-11-20 14:00"),
        ("2026-11-20 16:00", "2h", "2026-11-23 09:00"),
        ("2026-11-20 17:00", "1s", "2026-11-23 08:00:01"),
        ("2026-11-21 11:00", "90m", "2026-11-23 09:30"),
        ("2026-11-20 10:00", "1d", "2026-11-23 10:00"),
        ("2026-11-20 08:00", "1d", "2026-11-20 17:00"),
        ("2026-11-20 10:00", "-1d", "2026-11-19 10:00"),
        ("2026-11-20 10:00", "5d", "2026-11-27 10:00"),
    ],
)
def test_working_time_passes_in_working_hours_only(start: str, amount: str, end: str) -> None:
    result = Calendar.of(OFFICE).add(local(OFFICE, start), span(amount))
    assert result == local(OFFICE, end)
    assert result.tzinfo is UTC


@pytest.mark.parametrize("moment", ["2026-11-20 13:00", "2026-11-21 11:00", "2026-11-20 12:30"])
def test_nothing_added_is_no_step(moment: str) -> None:
    t = local(OFFICE, moment)
    assert Calendar.of(OFFICE).add(t, span("0d")) == t
    assert Calendar.of(OFFICE).add(t, timedelta()).tzinfo is UTC


@pytest.mark.parametrize(
    ("a", "b", "hours"),
    [
        ("2026-11-20 13:00", "2026-11-20 17:00", 4),
        ("2026-11-20 13:00", "2026-11-23 08:00", 4),
        ("2026-11-23 08:00", "2026-11-20 13:00", -4),
        ("2026-11-20 11:00", "2026-11-20 14:00", 2),
        ("2026-11-21 00:00", "2026-11-22 23:00", 0),
        ("2026-11-16 00:00", "2026-11-23 00:00", 40),
    ],
)
def test_between_counts_working_hours(a: str, b: str, hours: int) -> None:
    assert Calendar.of(OFFICE).between(local(OFFICE, a), local(OFFICE, b)) == hours * HOUR


def test_twenty_years_are_counted_whole() -> None:
    calendar, weeks = Calendar.of(OFFICE), 52 * 20
    start = local(OFFICE, "2026-11-16 00:00")
    assert calendar.between(start, start + timedelta(weeks=weeks)) == weeks * 40 * HOUR
    assert calendar.add(start, span(f"{weeks * 5}d")) == local(OFFICE, "2026-11-13 17:00") + timedelta(weeks=weeks)


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("2026-11-19 22:00", "8h", "2026-11-20 06:00"),
        ("2026-11-20 23:00", "7h", "2026-11-21 06:00"),  # Friday's shift ends on Saturday
        ("2026-11-20 23:00", "8h", "2026-11-23 23:00"),  # and the next begins on Monday
        ("2026-11-23 03:00", "1h", "2026-11-23 23:00"),  # Sunday night is nobody's
        ("2026-11-23 23:00", "-2h", "2026-11-21 05:00"),
        ("2026-12-31 22:00", "1d", "2027-01-01 06:00"),
    ],
)
def test_a_night_shift_belongs_to_the_day_it_begins_on(start: str, amount: str, end: str) -> None:
    assert Calendar.of(NIGHT).add(local(NIGHT, start), span(amount)) == local(NIGHT, end)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2026-11-20", "2026-11-20 22:00", "2026-11-21 06:00"),
        ("2026-11-21", "2026-11-23 22:00", "2026-11-21 06:00"),
        ("2026-11-23", "2026-11-23 22:00", "2026-11-24 06:00"),
    ],
)
def test_a_night_shift_ends_its_day_in_the_morning(day: str, start: str, end: str) -> None:
    calendar = Calendar.of(NIGHT)
    assert calendar.start_of(date.fromisoformat(day)) == local(NIGHT, start)
    assert calendar.end_of(date.fromisoformat(day)) == local(NIGHT, end)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2026-11-20", "2026-11-20 08:00", "2026-11-20 17:00"),
        ("2026-11-21", "2026-11-23 08:00", "2026-11-20 17:00"),
        ("2026-11-22", "2026-11-23 08:00", "2026-11-20 17:00"),
    ],
)
def test_a_day_off_ends_with_the_working_day_before_it(day: str, start: str, end: str) -> None:
    calendar = Calendar.of(OFFICE)
    assert calendar.start_of(date.fromisoformat(day)) == local(OFFICE, start)
    assert calendar.end_of(date.fromisoformat(day)) == local(OFFICE, end)
    assert calendar.is_working(date.fromisoformat(day)) is (day == "2026-11-20")


HALF_SATURDAY = OFFICE.model_copy(
    update={
        "hours_by_day": {SAT: shifts("08:00-12:00")},
        "open": days("2027-02-20"),
    }
)


@pytest.mark.parametrize(("day", "hours"), [("2027-02-19", 8), ("2027-02-20", 4), ("2027-02-21", 0), ("2027-02-27", 0)])
def test_hours_by_day_tell_the_hours_of_a_saturday_only_once_it_is_opened(day: str, hours: int) -> None:
    midnight = local(HALF_SATURDAY, f"{day} 00:00")
    assert Calendar.of(HALF_SATURDAY).between(midnight, midnight + timedelta(days=1)) == hours * HOUR


def test_a_day_is_the_plants_usual_hours_also_on_a_half_day() -> None:
    calendar = Calendar.of(HALF_SATURDAY)
    assert calendar.length(span("1d")) == 8 * HOUR
    assert calendar.add(local(HALF_SATURDAY, "2027-02-20 08:00"), span("1d")) == local(HALF_SATURDAY, "2027-02-22 12:00")


@pytest.mark.parametrize(
    ("exceptions", "day", "works"),
    [
        ({}, "2026-11-20", True),
        ({}, "2026-11-21", False),
        ({"holidays": days("2026-11-20")}, "2026-11-20", False),
        ({"makeup_days": days("2026-11-21")}, "2026-11-21", True),
        ({"closed": days("2026-11-20")}, "2026-11-20", False),
        ({"open": days("2026-11-21")}, "2026-11-21", True),
        ({"holidays": days("2026-11-20"), "open": days("2026-11-20")}, "2026-11-20", True),
        ({"makeup_days": days("2026-11-21"), "closed": days("2026-11-21")}, "2026-11-21", False),
        ({"makeup_days": days("2026-11-20"), "holidays": days("2026-11-20")}, "2026-11-20", True),
        ({"open": days("2026-11-20"), "closed": days("2026-11-20")}, "2026-11-20", True),
        ({"hours_by_day": {4: ()}}, "2026-11-20", False),
    ],
)
def test_exceptions_go_both_ways(exceptions: dict[str, object], day: str, works: bool) -> None:
    plant = OFFICE.model_copy(update=exceptions)
    midnight = local(plant, f"{day} 00:00")
    calendar = Calendar.of(plant)
    assert calendar.is_working(date.fromisoformat(day)) is works
    assert calendar.between(midnight, midnight + timedelta(days=1)) == (8 * HOUR if works else timedelta())


def test_around_the_clock_every_second_counts_whatever_is_closed() -> None:
    calendar = Calendar.of(ALWAYS)
    t = local(ALWAYS, "2026-11-20 23:30")
    assert calendar.length(span("1d")) == 24 * HOUR
    assert calendar.add(t, span("2d")) == t + timedelta(days=2)
    assert calendar.add(t, span("-90s")) == t - timedelta(seconds=90)
    assert calendar.between(t, t + timedelta(days=400, microseconds=1)) == timedelta(days=400, microseconds=1)
    assert calendar.is_working(date(2026, 11, 20))
    assert calendar.start_of(date(2026, 11, 20)) == local(ALWAYS, "2026-11-20 00:00")
    assert calendar.end_of(date(2026, 11, 20)) == local(ALWAYS, "2026-11-21 00:00")


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("Europe/Berlin", "2027-03-27", 7),
        ("Europe/Berlin", "2027-10-30", 9),
        ("America/New_York", "2027-03-13", 7),
        ("America/New_York", "2027-11-06", 9),
        ("Australia/Adelaide", "2027-10-02", 7),
        ("Australia/Adelaide", "2027-04-03", 9),
        ("Australia/Lord_Howe", "2027-10-02", 7.5),  # half an hour of summer time
        ("Australia/Lord_Howe", "2027-04-03", 8.5),
        ("Asia/Kolkata", "2027-03-27", 8),
    ],
)
def test_a_night_shift_is_as_long_as_it_really_lasts(zone: str, night: str, hours: float) -> None:
    plant = NIGHT.model_copy(update={"time_zone": zone, "weekend": ()})
    start = local(plant, f"{night} 22:00")
    calendar = Calendar.of(plant)
    assert calendar.between(start, calendar.end_of(date.fromisoformat(night))) == hours * HOUR
    assert calendar.add(start, hours * HOUR) == calendar.end_of(date.fromisoformat(night))
    assert calendar.length(span("1d")) == 8 * HOUR


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2027-10-30", 24)])
def test_around_the_clock_a_day_is_as_long_as_the_zone_makes_it(day: str, hours: int) -> None:
    calendar = Calendar.of(ALWAYS.model_copy(update={"time_zone": "Europe/Berlin"}))
    date_ = date.fromisoformat(day)
    assert calendar.between(calendar.start_of(date_), calendar.end_of(date_)) == hours * HOUR
    assert calendar.end_of(date_) == calendar.start_of(date_ + timedelta(days=1))


@pytest.mark.parametrize(
    ("hours", "day", "start", "minutes"),
    [
        ("02:30-06:00", "2027-03-28", "2027-03-28T01:30Z", 150),  # 02:30 is skipped: read as 03:30
        ("02:45-03:15", "2027-03-28", "2027-03-29T00:45Z", 0),  # would end before it begins: dropped
        ("02:00-03:00", "2027-03-28", "2027-03-29T00:00Z", 0),  # the very hour that is skipped
        ("02:30-06:00", "2027-10-31", "2027-10-31T00:30Z", 270),  # 02:30 comes twice: the first counts
        ("01:00-02:30", "2027-10-31", "2027-10-30T23:00Z", 90),
    ],
)
def test_skipped_and_repeated_times_are_read_as_the_first(hours: str, day: str, start: str, minutes: int) -> None:
    calendar = Calendar.of(Plant(name="Plant", time_zone="Europe/Berlin", hours=shifts(hours)))
    date_ = date.fromisoformat(day)
    assert calendar.start_of(date_) == datetime.fromisoformat(start)
    midnight = datetime.combine(date_, time(), ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert calendar.between(midnight, midnight + 12 * HOUR) == minutes * MINUTE


def test_overlapping_shifts_count_once() -> None:
    plant = OFFICE.model_copy(update={"hours": shifts("20:00-06:00", "05:00-09:00", "08:00-09:00"), "weekend": ()})
    start = local(plant, "2026-11-20 20:00")
    assert Calendar.of(plant).between(start, start + timedelta(days=1)) == 13 * HOUR


def test_the_plants_date_is_not_that_of_utc() -> None:
    calendar = Calendar.of(OFFICE)
    assert calendar.day_of(datetime(2026, 11, 20, 15, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert calendar.day_of(datetime(2026, 11, 20, 16, 0, tzinfo=UTC)) == date(2026, 11, 21)


def test_equal_plants_share_a_calendar() -> None:
    again = Plant.model_validate_json(HALF_SATURDAY.model_dump_json())
    assert Calendar.of(again) is Calendar.of(HALF_SATURDAY)
    assert Calendar.of(HALF_SATURDAY) is not Calendar.of(OFFICE)


@pytest.mark.parametrize(
    "plant", [OFFICE.model_copy(update={"hours": ()}), OFFICE.model_copy(update={"weekend": tuple(range(7))})]
)
def test_a_plant_that_never_works_says_so_instead_of_searching_for_ever(plant: Plant) -> None:
    calendar, t = Calendar.of(plant), local(plant, "2026-11-20 10:00")
    assert calendar.between(t, t + timedelta(days=3650)) == timedelta()
    impossible: list[Callable[[], datetime]] = [
        lambda: calendar.add(t, HOUR),
        lambda: calendar.add(t, -HOUR),
        lambda: calendar.start_of(date(2026, 11, 20)),
        lambda: calendar.end_of(date(2026, 11, 20)),
    ]
    for ask in impossible:
        with pytest.raises(NoWorkingTime, match=r"no working time for .* within 60 years"):
            ask()


# A page of the calendar ends on 2026-12-18 at 00:00 UTC, a Friday: 08:00 in Taipei, 01:00 in Berlin.
@pytest.mark.parametrize(
    ("plant", "start", "amount", "end"),
    [
        (OFFICE, "2026-12-17 13:00", "4h", "2026-12-17 17:00"),
        (OFFICE, "2026-12-17 13:00", "5h", "2026-12-18 09:00"),
        (OFFICE, "2026-12-18 17:00", "-8h", "2026-12-18 08:00"),
        (OFFICE, "2026-12-18 17:00", "-9h", "2026-12-17 16:00"),
        (BERLIN_NIGHT, "2026-12-17 22:00", "8h", "2026-12-18 06:00"),
        (BERLIN_NIGHT, "2026-12-17 22:00", "3h", "2026-12-18 01:00"),
        (BERLIN_NIGHT, "2026-12-18 06:00", "-5h", "2026-12-18 01:00"),
        (LONG_IN_SAMOA, "2026-12-16 22:00", "24h", "2026-12-17 22:00"),
    ],
)
def test_work_runs_on_where_a_page_is_turned(plant: Plant, start: str, amount: str, end: str) -> None:
    calendar = Calendar.of(plant)
    assert calendar.add(local(plant, start), span(amount)) == local(plant, end)
    assert calendar.between(local(plant, start), local(plant, end)) == calendar.length(span(amount))


def test_naive_instants_are_refused() -> None:
    calendar, naive = Calendar.of(OFFICE), datetime(2026, 11, 20, 13)  # noqa: DTZ001  # what is refused here
    for amount in (HOUR, 0 * HOUR):
        with pytest.raises(TypeError):
            calendar.add(naive, amount)
    with pytest.raises(TypeError):
        calendar.day_of(naive)


# The laws, over many plants, judged minute by minute.

ZONES = (
    *("Asia/Taipei", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Australia/Adelaide", "Asia/Kathmandu"),
    *("America/St_Johns", "Pacific/Chatham", "America/Santiago", "Africa/Casablanca", "Pacific/Kiritimati", "UTC"),
)
# Around changes of clocks north and south, the turn of a year, a leap day, and the turn of a page of 365 days.
TURNS = days("2027-03-14", "2027-03-28", "2027-04-04", "2027-09-05", "2027-10-03", "2027-10-31", "2027-11-07", "2028-02-29")
TURNS += (date(2027, 1, 1), date(1970, 1, 1) + 57 * timedelta(days=365))
WINDOW = 12
"""Days before and after the turn that the oracle knows."""

quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
some_hours = st.lists(st.builds(Shift, start=quarters, end=quarters), min_size=1, max_size=3).map(tuple)


@st.composite
def plants(draw: st.DrawFn, turn: date) -> Plant:
    near = st.lists(st.integers(-WINDOW, WINDOW).map(lambda n: turn + timedelta(days=n)), max_size=4).map(tuple)
    return Plant(
        name="Plant",
        time_zone=draw(st.sampled_from(ZONES)),
        around_the_clock=draw(st.sampled_from([False] * 9 + [True])),
        hours=draw(some_hours),
        hours_by_day=draw(st.dictionaries(st.integers(0, 6), some_hours, max_size=2)),
        weekend=draw(st.sampled_from([(), (6,), (5, 6), (4, 5)])),
        closed=draw(near),
        open=draw(near),
        holidays=draw(near),
        makeup_days=draw(near),
    )


class Oracle:
    """Knows each working minute around a turn, and counts them one by one."""

    def __init__(self, plant: Plant, turn: date) -> None:
        self.minutes: set[int] = set()
        for n in range(-WINDOW - 3, WINDOW + 3):
            day = turn + timedelta(days=n)
            for start, end in self.shifts(plant, day):
                self.minutes.update(range(start, end))
        self.first, self.last = min(self.minutes, default=0), max(self.minutes, default=0)

    def shifts(self, plant: Plant, day: date) -> list[tuple[int, int]]:
        if plant.around_the_clock:
            return [(self.minute(plant, day, time()), self.minute(plant, day + timedelta(days=1), time()))]
        works = day.weekday() not in plant.weekend and day not in plant.holidays
        works = (works or day in plant.makeup_days) and day not in plant.closed
        if not works and day not in plant.open:
            return []
        hours = plant.hours_by_day.get(day.weekday(), plant.hours)
        last = [day if s.start < s.end else day + timedelta(days=1) for s in hours]
        return [(self.minute(plant, day, s.start), self.minute(plant, on, s.end)) for s, on in zip(hours, last, strict=True)]

    def minute(self, plant: Plant, day: date, wall: time) -> int:
        seconds = datetime.combine(day, wall, ZoneInfo(plant.time_zone)).timestamp()
        return round(seconds / 60)

    def between(self, a: int, b: int) -> int:
        return sum(minute in self.minutes for minute in range(a, b))

    def add(self, t: int, amount: int) -> int:
        """Steps a minute at a time until enough of them were worked; leaves the example when it leaves the window."""
        step = 1 if amount > 0 else -1
        while amount:
            assume(self.first <= t <= self.last)
            worked = (t if step > 0 else t - 1) in self.minutes
            t, amount = t + step, amount - step * worked
        return t


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Plant, date, int]:
    turn = draw(st.sampled_from(TURNS))
    noon = int(datetime.combine(turn, time(12), UTC).timestamp()) // 60
    return draw(plants(turn)), turn, noon + draw(st.integers(-5 * 1440, 5 * 1440))


minutes = st.integers(-3000, 3000)
lawful = settings(deadline=None, derandomize=True, max_examples=40, database=None)


@lawful
@given(cases(), minutes)
def test_between_counts_as_the_oracle_does(case: tuple[Plant, date, int], minutes: int) -> None:
    plant, turn, t = case
    first, last = sorted((t, t + minutes))
    counted = Oracle(plant, turn).between(first, last)
    assert Calendar.of(plant).between(moment(first), moment(last)) == counted * MINUTE
    assert Calendar.of(plant).between(moment(last), moment(first)) == -counted * MINUTE


@lawful
@given(cases(), minutes)
def test_add_steps_as_the_oracle_does(case: tuple[Plant, date, int], minutes: int) -> None:
    plant, turn, t = case
    assert Calendar.of(plant).add(moment(t), minutes * MINUTE) == moment(Oracle(plant, turn).add(t, minutes))


@lawful
@given(cases())
def test_a_day_starts_and_ends_with_its_shifts(case: tuple[Plant, date, int]) -> None:
    plant, turn, _ = case
    oracle, calendar = Oracle(plant, turn), Calendar.of(plant)
    spans = [span for span in oracle.shifts(plant, turn) if span[0] < span[1]]
    assert calendar.is_working(turn) is bool(spans)
    if spans:
        assert calendar.start_of(turn) == moment(min(start for start, _ in spans))
        assert calendar.end_of(turn) == moment(max(end for _, end in spans))


instants = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # given below
amounts = st.timedeltas(timedelta(days=-7), timedelta(days=7))
anywhere = st.sampled_from(TURNS).flatmap(plants)


@lawful
@given(anywhere, instants, amounts)
def test_add_is_undone_by_between(plant: Plant, t: datetime, amount: timedelta) -> None:
    calendar = Calendar.of(plant)
    assert calendar.between(t, calendar.add(t, amount)) == amount


@lawful
@given(anywhere, instants, amounts)
def test_add_is_the_earliest_forwards_and_the_latest_backwards(plant: Plant, t: datetime, amount: timedelta) -> None:
    calendar, size = Calendar.of(plant), max(abs(amount), MICROSECOND)
    assert calendar.between(t, calendar.add(t, size) - MICROSECOND) < size
    assert calendar.between(calendar.add(t, -size) + MICROSECOND, t) < size


@lawful
@given(anywhere, instants, instants, instants)
def test_working_time_adds_up(plant: Plant, a: datetime, b: datetime, c: datetime) -> None:
    calendar = Calendar.of(plant)
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)


@lawful
@given(anywhere, instants, amounts, amounts)
def test_two_steps_one_way_are_one(plant: Plant, t: datetime, first: timedelta, second: timedelta) -> None:
    calendar = Calendar.of(plant)
    for one, other in ((abs(first), abs(second)), (-abs(first), -abs(second))):
        assert calendar.add(calendar.add(t, one), other) == calendar.add(t, one + other)


@lawful
@given(anywhere, instants, instants, amounts, amounts)
def test_later_and_more_never_come_earlier(plant: Plant, a: datetime, b: datetime, less: timedelta, more: timedelta) -> None:
    calendar = Calendar.of(plant)
    (a, b), (less, more) = sorted((a, b)), sorted((less, more))
    assert calendar.add(a, more) <= calendar.add(b, more)
    assert calendar.add(a, less) <= calendar.add(a, more)
    assert calendar.between(a, b) >= timedelta()
