"""One improvement, the same to everyone: what it is about, how far it has come, who is asked now, and what it has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from activities.mail.words import Words
from activities.store import TaskFilter
from activities.store.comments import Comment
from activities.store.policies import Application
from activities.store.views import CaseOut, EventOut, TaskOut
from api.pages.addresses import improvement_url
from api.pages.orders.happenings import QUIET, Telling
from api.pages.site import HEADERS
from api.pages.tasks.view import names_of
from api.pages.visitors import Visitor
from api.problems import not_found
from workflows.types.words import Kind, TaskStatus

EVENTS, TASKS = 200, 50


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """Everything that the page shows."""

    case: CaseOut
    tasks: Sequence[TaskOut]
    """All that were ever asked, the newest first."""
    comments: Sequence[tuple[TaskOut, Comment]]
    events: Sequence[EventOut]
    names: Mapping[str, str]
    policies: Sequence[Application]
    """The versions of the policy that were put in force because of it."""

    @property
    def open_tasks(self) -> list[TaskOut]:
        return [task for task in self.tasks if task.status is TaskStatus.OPEN]

    @property
    def verified(self) -> list[TaskOut]:
        """Who looked at its effect, and what they found."""
        return [task for task in self.tasks if task.kind is Kind.VERIFY and task.status is TaskStatus.COMPLETED]


async def show(visitor: Visitor) -> Response:
    number = str(visitor.request.path_params["number"])
    view = await visitor.run(look, visitor, number)
    zone = view.case.plant_time_zone
    return visitor.page(
        "improvements/one.html",
        here="/improvements",
        view=view,
        case=view.case,
        names=view.names,
        zone=zone,
        telling=Telling(visitor.tongue, zone),
    )


def look(visitor: Visitor, number: str) -> CaseView:
    store, now = visitor.here.store, visitor.now
    case = store.cases.get(number, now)
    if case is None:
        raise not_found(f"improvement {number}")
    tasks = store.tasks.page(TaskFilter(order_no=(case.number,)), TASKS, None, now).items
    newest_first = sorted(tasks, key=lambda task: (task.opened_at, task.id), reverse=True)
    events, _ = store.glances.newest_events(case.number, None, EVENTS, QUIET)
    said = [(task, comment) for task in newest_first for comment in store.comments.of(task.id)]
    return CaseView(
        case=case,
        tasks=newest_first,
        comments=sorted(said, key=lambda pair: pair[1].at),
        events=events,
        names=names_of(store.people.every(), Words.of(visitor.tongue.language), visitor.tongue),
        policies=store.policies.because_of(case.number),
    )


def at_its_own_address(number: str) -> Response:
    """A case that was looked for among the orders."""
    return RedirectResponse(improvement_url(number), 303, HEADERS)
