"""One task: what is asked, everything that is needed to answer it, and the answer."""

from starlette.responses import RedirectResponse, Response

from activities.documents.papers import title
from activities.languages import Tongue
from activities.mail.recipients import Circle
from activities.mail.words import Words
from activities.store import TaskRecord
from activities.store.records import task_out
from api.deeds import Office
from api.pages.forms.attempts import attempt, key_of
from api.pages.forms.fields import asks_for_more, typed
from api.pages.forms.typing_in import Typed
from api.pages.site import HEADERS
from api.pages.tasks import comments, snoozing
from api.pages.tasks.forms import DEEDS, WITH_OUTCOME, Questioner, Tried, with_offer
from api.pages.tasks.powers import powers_of, receivers
from api.pages.tasks.view import TaskView, Told, answered, leftovers, names_of, steps_ahead
from api.pages.visitors import Visitor
from api.problems import Problem, not_found
from workflows.rules import escalation
from workflows.rules.calendar import Calendar
from workflows.types.words import DocumentKind

DOCUMENTS = 20
FREE = ("comment", "snooze")
"""Whatever was done to the task meanwhile, these can be done."""


async def show(visitor: Visitor) -> Response:
    return await page(visitor, None)


async def act(visitor: Visitor) -> Response:
    """One of the page's forms."""
    deed = str(visitor.request.path_params["deed"])
    if deed not in (*DEEDS, "comment"):
        raise not_found(f"deed {deed}")
    sent = typed(await visitor.form())
    if asks_for_more(sent):
        return await page(visitor, Tried(deed, sent))
    record = await visitor.run(found, visitor)
    sent = with_offer(sent, record.order.plant_time_zone)
    problem = await done(visitor, deed, record, sent)
    if problem:
        return await page(visitor, Tried(deed, sent, problem), problem.status)
    return RedirectResponse("/?did=complete" if deed == "complete" else f"{address(visitor)}?did={deed}", 303, HEADERS)


async def done(visitor: Visitor, deed: str, record: TaskRecord, sent: Typed) -> Problem | None:
    """Why it was not done, or None."""
    if deed == "comment":
        return await comments.add(visitor, record.task.id, sent)
    body = await visitor.run(body_of, visitor, deed, record, sent)
    seen = "" if deed in FREE else version(sent)
    doing = DEEDS[deed](visitor.here.office, record.task.id)  # type: ignore[call-arg]
    return await attempt(visitor, doing, body, key_of(sent), "PUT" if deed == "assign" else "POST", seen=seen)


def version(sent: Typed) -> str:
    given = sent.get("version", "")
    return given if given.isascii() and given.isdecimal() else ""


def body_of(visitor: Visitor, deed: str, record: TaskRecord, sent: Typed) -> dict[str, object]:
    """In the store's thread: what is asked depends on the task and on who works here."""
    asks = questioner(visitor, record)
    if deed == "snooze":
        return {"until": snoozing.until(snoozing.wish_of(sent), sent.get("until", ""), visitor.now, asks.calendar)}
    if deed in ("claim", "release"):
        return {}
    if deed in WITH_OUTCOME and sent.get("outcome") not in asks.outcomes(deed):
        return {"outcome": sent.get("outcome", ""), "fields": {}}
    return asks.body(deed, sent)


async def page(visitor: Visitor, tried: Tried | None, status: int = 200) -> Response:
    view = await visitor.run(look, visitor, tried)
    shown = None if view.is_said_elsewhere else view.problem
    did = visitor.request.query_params.get("did", "")
    titles = {kind: title(kind, visitor.tongue) for kind in DocumentKind}
    return visitor.page("task.html", status, view=view, task=view.task, problem=shown, did=did, key=key_of({}), titles=titles)


def look(visitor: Visitor, tried: Tried | None) -> TaskView:
    """Everything that the page shows, as of now."""
    record, store, tongue = found(visitor), visitor.here.store, visitor.tongue
    asks = questioner(visitor, record)
    policy, register = store.policies.get(record.policy), store.people.register()
    addresses = {name: one.address for name, one in policy.departments.items() if one.address}
    circle = Circle(
        register=register, addresses=addresses, today=asks.today, order=record.order, task=record.task, holder=record.holder
    )
    task, forms = task_out(record, visitor.now), asks.forms(tongue, tried)
    ticks = record.task.is_open and not task.blocked
    return TaskView(
        record=record,
        task=task,
        powers=asks.powers,
        names=names_of(list(register.people.values()), Words.of(tongue.language), tongue),
        comments=store.comments.of(record.task.id),
        documents=store.documents.newest(record.order.order_no, DOCUMENTS, record.task.id),
        steps=steps_ahead(record, policy, asks.calendar, circle, tongue, visitor.now) if ticks else [],
        ends_at=escalation.ends_at(record.task, policy, asks.calendar) if ticks else None,
        answer=answered(asks, tongue),
        forms=forms,
        tried=tried,
        left=[] if tried is None or tried.form in [form.name for form in forms] else left(asks, tried, tongue),
    )


def left(asks: Questioner, tried: Tried, tongue: Tongue) -> list[Told]:
    """What was typed into a form that is gone, for whoever wants to copy it."""
    if tried.deed == "comment":
        return []
    outcome = tried.typed.get("outcome", "")
    if tried.deed not in (*WITH_OUTCOME, "progress", "extend", "assign") or outcome not in asks.outcomes(tried.deed):
        return []
    return leftovers(asks.boxes(tried.deed, outcome, tongue, tried))


def questioner(visitor: Visitor, record: TaskRecord) -> Questioner:
    office, now = visitor.here.office, visitor.now
    powers = powers_of(office, visitor.person, record, now)
    return Questioner(
        office=office,
        record=record,
        powers=powers,
        calendar=calendar_of(office, record),
        now=now,
        receivers=receivers(office, record, now) if powers.may_assign else (),
    )


def calendar_of(office: Office, record: TaskRecord) -> Calendar:
    return Calendar.of(office.store.policies.get(record.policy).plant)


def found(visitor: Visitor) -> TaskRecord:
    task_id = str(visitor.request.path_params["task_id"])
    record = visitor.here.store.tasks.record(task_id)
    if record is None:
        raise not_found(f"task {task_id}")
    return record


def address(visitor: Visitor) -> str:
    """Of the task's page."""
    return f"/tasks/{visitor.request.path_params['task_id']}"
