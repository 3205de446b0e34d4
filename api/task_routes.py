"""Routes about tasks."""

from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from activities.store import Person, TaskFilter
from activities.store.records import task_out
from activities.store.views import Page, TaskOut
from api import forms, queries, schemas
from api.gate import BASE
from api.inbox_deeds import Assign, Claim, Release, Snooze
from api.openapi import TaskWithOutcomes, reads, takes
from api.problems import not_found
from api.responses import json_response, listed, one, with_member
from api.routing import PlainRoute
from api.services import Services, services
from api.task_deeds import Complete, Correct, Extend, Progress
from api.visit import visiting
from workflows.rules import dates
from workflows.types.words import TaskStatus

router = APIRouter(prefix=f"{BASE}/tasks", tags=["tasks"], route_class=PlainRoute)


@router.get("", operation_id="list_tasks", **reads(Page[TaskOut], queries.Tasks))
async def list_tasks(request: Request) -> Response:
    """List tasks by deadline; without department, assignee or order_no the open ones of your departments."""
    here, query, person = services(request), queries.read(queries.Tasks, request.query_params), visiting(request).person
    now = here.office.now()

    def page() -> Page[TaskOut]:
        wanted = wanted_tasks(here, query, person, now)
        if wanted is None:
            return Page(items=[], next_cursor=None)
        return here.store.tasks.page(wanted, query.limit, query.cursor, now)

    return json_response(await here.threads.run(listed, page))


def wanted_tasks(here: Services, query: queries.Tasks, person: Person, now: datetime) -> TaskFilter | None:
    """None: who is of no department has no inbox."""
    policy = here.office.policy.read(now)
    wanted = TaskFilter(
        departments=query.department,
        assignee=tuple(person.id if name == "me" else name for name in query.assignee),
        status=query.status,
        order_no=query.order_no,
        kind=query.kind,
        lateness=query.lateness,
        due_before=None if query.due_before is None else dates.instant(query.due_before, policy.calendar),
    )
    if query.department or query.assignee or query.order_no:
        return wanted
    mine = here.store.people.actor(person, policy.today).departments
    if not mine:
        return None
    return replace(wanted, departments=mine, status=query.status or (TaskStatus.OPEN,), hide_snoozed_for=person.id)


@router.get("/{task_id}", operation_id="get_task", **reads(TaskWithOutcomes))
async def get_task(task_id: str, request: Request) -> Response:
    """One task, with a JSON Schema for the fields of each outcome that fits it."""
    here, now = services(request), services(request).office.now()
    record = await here.threads.run(here.store.tasks.record, task_id)
    if record is None:
        raise not_found(f"task {task_id}")

    def body() -> bytes:
        outcomes = schemas.outcomes(record.task.kind, record.task.withheld)
        return with_member(task_out(record, now).model_dump_json(), "outcomes", outcomes)

    return one(request, body, record.version)


@router.post("/{task_id}/complete", operation_id="complete_task", **takes(forms.CompleteIn, TaskOut))
async def complete_task(task_id: str, request: Request) -> Response:
    """Answer a task with one of its outcomes."""
    here = services(request)
    return await here.performer.perform(request, Complete(here.office, task_id))


@router.post("/{task_id}/correct", operation_id="correct_task", **takes(forms.CorrectIn, TaskOut))
async def correct_task(task_id: str, request: Request) -> Response:
    """Mend a mistaken answer, as long as nothing that followed from it is completed."""
    here = services(request)
    return await here.performer.perform(request, Correct(here.office, task_id))


@router.post("/{task_id}/progress", operation_id="report_progress", **takes(forms.ProgressIn, TaskOut))
async def report_progress(task_id: str, request: Request) -> Response:
    """Report how far production is."""
    here = services(request)
    return await here.performer.perform(request, Progress(here.office, task_id))


@router.post("/{task_id}/extend", operation_id="extend_task", **takes(forms.ExtendIn, TaskOut))
async def extend_task(task_id: str, request: Request) -> Response:
    """Move a task's deadline."""
    here = services(request)
    return await here.performer.perform(request, Extend(here.office, task_id))


@router.post("/{task_id}/claim", operation_id="claim_task", **takes(forms.Nothing, TaskOut))
async def claim_task(task_id: str, request: Request) -> Response:
    """Take a task; from then on only you and the department's head can answer it."""
    here = services(request)
    return await here.performer.perform(request, Claim(here.office, task_id))


@router.post("/{task_id}/release", operation_id="release_task", **takes(forms.Nothing, TaskOut))
async def release_task(task_id: str, request: Request) -> Response:
    """Give a task back, or take it from its holder."""
    here = services(request)
    return await here.performer.perform(request, Release(here.office, task_id))


@router.post("/{task_id}/snooze", operation_id="snooze_task", **takes(forms.SnoozeIn, TaskOut))
async def snooze_task(task_id: str, request: Request) -> Response:
    """Hide a task from your own default list for a while; its clock runs on."""
    here = services(request)
    return await here.performer.perform(request, Snooze(here.office, task_id))


@router.put("/{task_id}/assignee", operation_id="assign_task", **takes(forms.AssignIn, TaskOut))
async def assign_task(task_id: str, request: Request) -> Response:
    """Give a task to somebody of its department."""
    here = services(request)
    return await here.performer.perform(request, Assign(here.office, task_id))
