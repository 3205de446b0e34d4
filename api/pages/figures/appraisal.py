"""What each department is appraised by: its own figures of a period, against their targets (R22)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from starlette.responses import Response

from activities.figures import report as figures
from activities.figures.words import Figure, Report
from activities.training.coverage import Coverage, coverage
from api.pages.figures import asked as asking
from api.pages.figures.asked import DEPARTMENTS, Asked
from api.pages.figures.overview import frame
from api.pages.visitors import Visitor
from api.services import Services
from workflows.types.policy import Policy
from workflows.types.words import Department

OF_ALL = "stage_on_time"
ANSWERS_FOR: dict[Department, tuple[str, ...]] = {
    Department.SALES: ("first_answer", "promise_answer", "promise_stability", "csat", "nps"),
    Department.PRODUCTION: ("right_first_time", "rework_rate"),
    Department.QUALITY: ("first_pass_yield",),
    Department.WAREHOUSE: ("in_full", "notice_lead"),
    Department.SUPPLY_CHAIN: (),
    Department.MANAGEMENT: ("on_time", "otif", "perfect_order"),
}
"""Beside the deadlines of its own tasks: the plant's figures that a department has in its hands."""


class Appraised(NamedTuple):
    department: Department
    figures: tuple[Figure, ...]
    training: Coverage
    """As of today, whatever the period."""


class Look(NamedTuple):
    report: Report
    departments: list[Appraised]
    policy: Policy
    today: date


async def show(visitor: Visitor) -> Response:
    asked = asking.read(visitor)
    look = await visitor.run(read, visitor.here, asked, visitor.now)
    return visitor.page(
        "figures/departments.html",
        **frame(visitor, asked, look.policy, look.today, DEPARTMENTS),
        report=look.report,
        appraised=look.departments,
        of_all=OF_ALL,
    )


def read(here: Services, asked: Asked, now: datetime) -> Look:
    policy = here.office.policy.pinned(now)
    today = asking.today_of(policy, now)
    plants = asked.model_copy(update={"department": None})
    report = figures.report(here.store, plants.wanted(today), now)
    departments = (asked.department,) if asked.department else tuple(Department)
    return Look(report, [*appraised(here, plants, report, departments, today)], policy, today)


def appraised(
    here: Services, asked: Asked, report: Report, departments: tuple[Department, ...], today: date
) -> Iterator[Appraised]:
    taught = {each.department: each for each in coverage(here.store.people.register(), here.store.training.courses(), today)}
    for department in departments:
        own = asked.model_copy(update={"department": department}).wanted(today)
        tasks = figures.report(here.store, own, report.as_of).figure(OF_ALL)
        yield Appraised(department, (tasks, *(report.figure(name) for name in ANSWERS_FOR[department])), taught[department])
