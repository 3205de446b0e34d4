"""The exceptions: everything that goes wrong now, what hurts most first, each with what is to be done and by whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field
from starlette.responses import Response

from activities.languages import Tongue
from activities.mail.words import Words
from activities.store.troubles import Remedy, Trouble, TroubleFilter, TroubleKind, Troubles
from api.forms import Form
from api.pages import filters
from api.pages.addresses import order_url, task_url
from api.pages.visitors import Visitor
from api.queries import FEW, Commas, digits
from api.services import Services
from workflows.rules import escalation
from workflows.types.words import Department, Kind

A_PAGE = 50
MOST_PAGES = 100
MARKS = {
    TroubleKind.LATE: "✖",
    TroubleKind.AT_RISK: "▲",
    TroubleKind.UNOWNED: "∅",
    TroubleKind.BLOCKED: "⊘",
    TroubleKind.SILENT: "…",
    TroubleKind.ESCALATED: "⇧",
    TroubleKind.UNDELIVERABLE: "✉",
}
TONES = {TroubleKind.LATE: "bad", TroubleKind.UNOWNED: "bad", TroubleKind.ESCALATED: "bad"}
"""Colours beside the signs; all others warn."""


class Asked(Form):
    kind: Annotated[tuple[TroubleKind, ...], Commas, FEW] = ()
    department: Annotated[tuple[Department, ...], Commas, FEW] = ()
    page: Annotated[int, BeforeValidator(digits), Field(ge=1, le=MOST_PAGES)] = 1

    @property
    def wanted(self) -> TroubleFilter:
        return TroubleFilter(self.kind, self.department)


class Look(NamedTuple):
    """What was read, and the names in it."""

    troubles: Troubles
    names: dict[str, str]
    """Of people, by id."""
    rungs: dict[str, str]
    """By task: the highest rung of the ladder that was reached."""
    zone: str


@dataclass(frozen=True)
class Teller:
    """Says in one language what is wrong and what is to be done."""

    tongue: Tongue
    look: Look

    @property
    def words(self) -> Words:
        return Words.of(self.tongue.language)

    def kind(self, kind: TroubleKind) -> str:
        words = self.words
        named = {TroubleKind.BLOCKED: self.tongue.text("blocked"), TroubleKind.ESCALATED: self.tongue.text("escalated")}
        return named.get(kind) or words.risks.get(kind) or words.mails[kind]

    def what(self, trouble: Trouble) -> str:
        """In one sentence."""
        when = self.when(trouble.since)
        match trouble.kind:
            case TroubleKind.LATE | TroubleKind.AT_RISK:
                return self.stands(trouble)
            case TroubleKind.SILENT:
                return self.tongue.text("No report since {when}", when=when)
            case TroubleKind.BLOCKED if trouble.remedy is Remedy.RESUME:
                return self.tongue.text("The hold should have ended {when}: {reason}", when=when, reason=trouble.reason or "")
            case TroubleKind.BLOCKED if trouble.eta:
                return self.tongue.text(
                    "Short since {when}: {item}, expected {day}", when=when, item=trouble.reason, day=self.tongue.day(trouble.eta)
                )
            case TroubleKind.BLOCKED:
                return self.tongue.text("Cannot be done, said {when}: {reason}", when=when, reason=trouble.reason or "–")
            case TroubleKind.UNOWNED if trouble.remedy is Remedy.ASSIGN:
                return self.tongue.text("{task}: four eyes keep everybody who is there from it", task=self.task(trouble))
            case TroubleKind.UNOWNED if trouble.remedy is Remedy.TEACH:
                return self.tongue.text("{task}: nobody who is there has the course that it asks for", task=self.task(trouble))
            case TroubleKind.UNOWNED:
                return self.tongue.text("{task}: nobody of the department is there", task=self.task(trouble))
            case TroubleKind.ESCALATED:
                told = self.words.mail(self.look.rungs.get(trouble.task.id, "")) if trouble.task else ""
                return self.tongue.text(
                    "{task} was due {when}; told last: {rung}", task=self.task(trouble), when=when, rung=told or "–"
                )
            case TroubleKind.UNDELIVERABLE:
                return self.mail(trouble)

    def stands(self, trouble: Trouble) -> str:
        """Against its promise."""
        slack = trouble.order.slack_hours
        if trouble.days_late:
            return self.tongue.text("Days behind the promised day: {days}", days=self.tongue.number(trouble.days_late))
        if slack is None:
            return ""
        if slack < 0:
            return self.tongue.text("Expected {hours} working hours after the promised day", hours=self.tongue.number(-slack))
        return self.tongue.text("{hours} working hours of slack left", hours=self.tongue.number(slack))

    def mail(self, trouble: Trouble) -> str:
        mail = trouble.mail
        assert mail is not None  # noqa: S101 - else it is no such trouble
        to = self.words.recipients["customer"] if mail.recipient == "customer" else self.person(mail.recipient)
        known = {"mail": self.words.mail(mail.kind), "to": to, "when": self.when(mail.at), "reason": mail.last_error or "–"}
        return self.tongue.text("{mail} to {to}, {when}: {reason}", **known)

    def remedy(self, trouble: Trouble) -> str:
        named = {
            Remedy.LOOK: self.tongue.text("See what it waits for"),
            Remedy.REPORT: self.tongue.text("Report progress"),
            Remedy.RESUME: self.tongue.text("Resume it, or hold it longer"),
            Remedy.ASSIGN: self.tongue.text("Give it to somebody who may do it"),
            Remedy.HIRE: self.tongue.text("Name somebody for the department"),
            Remedy.TEACH: self.tongue.text("Teach somebody, or enter who was taught"),
            Remedy.RESEND: self.tongue.text("Mend the address, and send it again"),
        }
        return named.get(trouble.remedy) or self.task(trouble)

    def task(self, trouble: Trouble) -> str:
        return self.words.task(trouble.task.kind) if trouble.task else ""

    def turn(self, trouble: Trouble) -> str:
        """Who it is up to: whoever holds the task, else the department."""
        department = self.words.department(trouble.department)
        return f"{self.person(trouble.holder)} ({department})" if trouble.holder else department

    def person(self, person: str) -> str:
        return self.look.names.get(person, person)

    def when(self, at: datetime | None) -> str:
        return self.tongue.instant(at, self.look.zone)


def place(trouble: Trouble) -> str:
    """Where it is done."""
    match trouble.remedy:
        case Remedy.HIRE:
            return "/people"
        case Remedy.TEACH:
            return "/training"
        case Remedy.RESEND:
            return "/operations"
        case Remedy.LOOK | Remedy.RESUME:
            return order_url(trouble.order.order_no)
        case _:
            return task_url(trouble.task.id) if trouble.task else "/"


def may_ask_sales(trouble: Trouble) -> bool:
    """Whether sales could think of another date, and is not asked yet."""
    return trouble.kind is TroubleKind.LATE and trouble.remedy in (Remedy.ANSWER, Remedy.RESUME) and not is_about_promise(trouble)


def is_about_promise(trouble: Trouble) -> bool:
    return trouble.task is not None and trouble.task.kind is Kind.DECIDE_PROMISE


async def show(visitor: Visitor) -> Response:
    asked = filters.read(Asked, visitor.request)
    look = await visitor.run(read, visitor.here, asked, visitor.now)
    here, items = visitor.request.url.path, look.troubles.items
    first = (asked.page - 1) * A_PAGE
    return visitor.page(
        "exceptions.html",
        asked=asked,
        look=look,
        tell=Teller(visitor.tongue, look),
        items=items[first : first + A_PAGE],
        marks=MARKS,
        tones=TONES,
        place=place,
        may_ask_sales=may_ask_sales,
        kinds={kind: filters.address(here, asked, kind=kind, page=None) for kind in TroubleKind},
        departments=list(Department),
        everything=filters.address(here, asked, kind=None, page=None),
        export=filters.address("/exceptions.xlsx", asked, page=None),
        before=filters.address(here, asked, page=asked.page - 1) if asked.page > 1 else None,
        after=filters.address(here, asked, page=asked.page + 1) if len(items) > first + A_PAGE else None,
    )


def read(here: Services, asked: Asked, now: datetime) -> Look:
    zone = here.office.policy.pinned(now).plant.time_zone
    today = now.astimezone(ZoneInfo(zone)).date()
    troubles = here.store.exceptions.read(asked.wanted, now, today)
    names = {person.id: person.name for person in here.store.people.every()}
    return Look(troubles, names, rungs(here, troubles.items), zone)


def rungs(here: Services, items: list[Trouble]) -> dict[str, str]:
    """By task, what its ladder calls the rung that was reached last."""
    escalated = [(one.task, one.policy) for one in items if one.kind is TroubleKind.ESCALATED and one.task]
    ladders = ((task, escalation.ladder_of(here.store.policies.get(policy), task.kind)) for task, policy in escalated)
    return {task.id: ladder[min(task.escalation_level, len(ladder)) - 1].name for task, ladder in ladders if ladder}
