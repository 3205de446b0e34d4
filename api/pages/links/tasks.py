"""Somebody of the plant completes one simple task from a mail, without signing in: as themselves, by the ordinary deed."""

from starlette.responses import Response

from api.pages.forms.attempts import attempt
from api.pages.forms.fields import Typed, asks_for_more
from api.pages.links.frames import answered, overtaken, page, who
from api.pages.links.standing import Standing
from api.pages.tasks.forms import Questioner, Tried
from api.pages.tasks.powers import powers_of
from api.pages.visitors import Visitor
from api.task_deeds import Complete
from workflows.rules.calendar import Calendar

DEED = "complete"


async def ask(visitor: Visitor, standing: Standing, tried: Tried | None) -> Response:
    asks = await visitor.run(questioner, visitor, standing)
    forms = await visitor.run(asks.forms, visitor.tongue, tried)
    status = tried.problem.status if tried and tried.problem else 200
    refusal = asks.powers.refusal
    shown = tried.problem if tried and not any(form.problem and form.faulty for form in forms) else None
    return page(
        visitor,
        "link_task.html",
        standing,
        status,
        task=standing.task.task,
        forms=[form for form in forms if form.deed == DEED],
        refusal=refusal,
        problem=shown,
        holder=standing.task.holder if asks.powers.is_anothers else None,
    )


async def take(visitor: Visitor, standing: Standing, sent: Typed) -> Response:
    if asks_for_more(sent):
        return await ask(visitor, standing, Tried(DEED, sent))
    asks, task = await visitor.run(questioner, visitor, standing), standing.task.task
    is_known = sent.get("outcome") in asks.outcomes(DEED)
    body = await visitor.run(asks.body, DEED, sent) if is_known else {"outcome": sent.get("outcome", ""), "fields": {}}
    problem = await attempt(visitor, Complete(visitor.here.office, task.id), body, standing.key, whom=who(standing))
    if problem is None:
        return await answered(visitor, standing)
    return await overtaken(visitor, standing, problem, sent) or await ask(visitor, standing, Tried(DEED, sent, problem))


def questioner(visitor: Visitor, standing: Standing) -> Questioner:
    office, record = visitor.here.office, standing.task
    return Questioner(
        office=office,
        record=record,
        powers=powers_of(office, who(standing), record, visitor.now),
        calendar=Calendar.of(standing.policy.plant),
        now=visitor.now,
    )
