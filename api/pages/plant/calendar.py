"""The plant's calendar: which days are worked and why not, and when an amount of working time has passed."""

import calendar as months
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, get_day_names
from holidays import country_holidays
from starlette.responses import Response

from activities.languages import Tongue
from activities.policy_reading import Refused
from activities.policy_values import span_of
from api.pages.visitors import Visitor
from api.problems import Problem, invalid
from workflows.rules.calendar import Calendar, NoWorkingTime
from workflows.types.policy import Plant, Policy
from workflows.types.refusals import Fault
from workflows.types.words import Language

SHOWN = 3
"""Months at once."""
KNOWN = (-11, 35)
"""From how many months before this one to how many after it public holidays are known."""
TONGUES = {Language.EN: "en_US", Language.ZH_HANT: "zh_TW", Language.ZH_HANS: "zh_CN"}
LONGEST = timedelta(days=4 * 366)


class Day(NamedTuple):
    day: date
    is_worked: bool
    reason: str
    """`opened`, `closed`, `make-up`, `holiday`, `weekend`, or empty."""
    name: str = ""
    """Of a public holiday, where it is known."""


class Month(NamedTuple):
    first: date
    weeks: list[list[Day | None]]
    """Monday to Sunday; None: of another month."""


class Sum(NamedTuple):
    """`4h from Friday 13:00 is …`, as it was typed and what came out."""

    begin: str
    span: str
    result: datetime | None = None


async def show(visitor: Visitor) -> Response:
    policy = (await visitor.run(visitor.here.office.policy.read, visitor.now)).policy
    plant, calendar = policy.plant, Calendar.of(policy.plant)
    today = calendar.day_of(visitor.now)
    first = wanted(visitor.request.query_params.get("month", ""), today)
    shown = await visitor.run(written, plant, calendar, first, visitor.tongue)
    added, problem = sum_of(visitor, calendar, plant)
    frame = {"policy": policy, "today": today, "months": shown, "added": added, "problem": problem, "hours": hours(policy)}
    around = {"before": within(later(first, -SHOWN), today), "after": within(later(first, SHOWN), today), "first": first}
    special = [day for month in shown for week in month.weeks for day in week if day and is_special(day)]
    status = problem.status if problem else 200
    return visitor.page(
        "calendar.html", status, **frame, **around, special=special, zone=plant.time_zone, **spoken(visitor.tongue)
    )


def spoken(tongue: Tongue) -> dict[str, Callable[..., str]]:
    """How the language calls weekdays and months."""

    def weekday(number: int, is_short: bool = False) -> str:
        return str(get_day_names("abbreviated" if is_short else "wide", locale=tongue.locale)[number])

    def month_name(first: date) -> str:
        return format_skeleton("yMMMM", first, locale=tongue.locale)

    return {"weekday": weekday, "month_name": month_name}


def is_special(day: Day) -> bool:
    return day.reason not in ("", "weekend")


# Which months.


def wanted(typed: str, today: date) -> date:
    """The first of a month; what cannot be shown is this one."""
    try:
        asked = date.fromisoformat(f"{typed}-01")
    except ValueError:
        asked = today
    return within(asked.replace(day=1), today) or today.replace(day=1)


def within(first: date, today: date) -> date | None:
    distance = (first.year - today.year) * 12 + first.month - today.month
    return first if KNOWN[0] <= distance <= KNOWN[1] - SHOWN else None


def later(first: date, by: int) -> date:
    number = first.year * 12 + first.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


# Their days.


def written(plant: Plant, calendar: Calendar, first: date, tongue: Tongue) -> list[Month]:
    named = names(plant, first.year, tongue)
    return [month(plant, calendar, later(first, n), named) for n in range(SHOWN)]


def month(plant: Plant, calendar: Calendar, first: date, named: Mapping[date, str]) -> Month:
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    judged = [[judge(plant, calendar, day, named) if day.month == first.month else None for day in week] for week in weeks]
    return Month(first, judged)


def judge(plant: Plant, calendar: Calendar, day: date, named: Mapping[date, str]) -> Day:
    return Day(day, calendar.is_working(day), next(reasons(plant, day), ""), named.get(day, ""))


def reasons(plant: Plant, day: date) -> Iterator[str]:
    """In the order in which one beats the other."""
    if plant.around_the_clock:
        return
    if day in plant.open:
        yield "opened"
    if day in plant.closed:
        yield "closed"
    if day in plant.makeup_days:
        yield "make-up"
    if day in plant.holidays:
        yield "holiday"
    if day.weekday() in plant.weekend:
        yield "weekend"


def names(plant: Plant, year: int, tongue: Tongue) -> Mapping[date, str]:
    """Of public holidays, in the visitor's language where the country's calendar has it, else in its own."""
    if not plant.country or plant.around_the_clock:
        return {}
    years = range(year - 1, year + 2)
    language = TONGUES[tongue.language]
    supported = country_holidays(plant.country, years=years).supported_languages
    return country_holidays(plant.country, years=years, language=language if language in supported else None)


def hours(policy: Policy) -> list[tuple[int, str]]:
    """By weekday, Monday 0: when work begins and ends."""
    plant = policy.plant
    by_day = ((n, plant.hours_by_day.get(n, plant.hours)) for n in range(7))
    return [(n, ", ".join(f"{shift.start:%H:%M}–{shift.end:%H:%M}" for shift in shifts)) for n, shifts in by_day]


# Working time.


def sum_of(visitor: Visitor, calendar: Calendar, plant: Plant) -> tuple[Sum, Problem | None]:
    """Nothing typed is an example to begin with."""
    asked = visitor.request.query_params
    begin, span = asked.get("from", "").strip(), asked.get("span", "").strip()
    if not begin and not span:
        now = visitor.now.astimezone(ZoneInfo(plant.time_zone))
        return Sum(f"{now:%Y-%m-%dT%H:%M}", "4h"), None
    try:
        return Sum(begin, span, result(begin, span, calendar, plant)), None
    except Refused as refused:
        return Sum(begin, span), invalid(Fault(pointer="", message=str(refused)))
    except (ValueError, OverflowError):
        return Sum(begin, span), invalid(Fault(pointer="", message="say from when on: a date and a time of day"))


def result(begin: str, span: str, calendar: Calendar, plant: Plant) -> datetime:
    """Raises Refused, ValueError."""
    start = datetime.fromisoformat(begin)
    start = start if start.tzinfo else start.replace(tzinfo=ZoneInfo(plant.time_zone))
    if not 1990 <= start.year <= 2100:
        raise Refused("choose a day between 1990 and 2100")
    amount = span_of(span)
    try:
        if abs(calendar.length(amount)) > LONGEST:
            raise Refused("that is more than four years of working time")
        return calendar.add(start, amount)
    except NoWorkingTime:
        raise Refused("the plant does not work that much") from None
