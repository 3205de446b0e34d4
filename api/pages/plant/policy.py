"""The policy in force, readable and as text; what was applied before; and for admins trying another and applying it (R23)."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from activities import policy_file
from activities.policy_file import PolicyError, PolicyProblem, changes, dump
from activities.store import UnknownPolicy
from activities.store.policies import Application as Applied
from api.adopting import Application, NoSuchImprovement, Preview, preview
from api.applying import Run
from api.pages.people.one import only_admins
from api.pages.site import HEADERS
from api.pages.visitors import Visitor, text
from api.problems import Problem, not_found
from workflows.types.policy import Policy
from workflows.types.words import Priority

ADDRESS = "/policy"
MOST_ASKED = 300
"""Orders that are asked what would move: enough to judge by, and quick."""
PATIENCE = 8.0
"""Seconds for that."""
MOST_MOVES = 200
A_WHILE = timedelta(hours=1)
"""For so long the page tells how the last application ended."""
HISTORY = 30


class Group(NamedTuple):
    """Orders under way that one version governs."""

    version: str
    is_in_force: bool
    orders: int


class Known(NamedTuple):
    policy: Policy
    text: str
    """As it was written, or the built-in one in full."""
    complete: str
    history: Sequence[Applied]
    governed: Sequence[Group]

    @property
    def others(self) -> int:
        """Orders under way that another policy governs."""
        return sum(group.orders for group in self.governed if not group.is_in_force)


class Trial(NamedTuple):
    """What a file would change."""

    application: Application
    changes: list[str]
    orders: int
    """Under way."""
    preview: Preview | None
    """None: it could not be found out in time."""


async def show(visitor: Visitor) -> Response:
    known = await visitor.run(look, visitor)
    return visitor.page("policy.html", known=known, policy=known.policy, run=last_run(visitor), is_news=False)


def look(visitor: Visitor) -> Known:
    office, shelf = visitor.here.office, visitor.here.store.policies
    policy = office.policy.pinned(visitor.now)
    written = office.policy.text()
    return Known(
        policy, written or policy_file.default_text(), dump(policy), shelf.applications(HISTORY), groups(visitor, policy)
    )


def groups(visitor: Visitor, policy: Policy) -> list[Group]:
    """By version, those in force first: what an interrupted application has left shows here."""
    counts: dict[tuple[bool, str], int] = {}
    governs = {timeless(policy.for_priority(priority)) for priority in Priority}
    for digest, orders in visitor.here.store.policies.governing().items():
        try:
            governing = visitor.here.store.policies.get(digest)
        except UnknownPolicy:
            key = False, digest[:12]
        else:
            key = timeless(governing) in governs, governing.version
        counts[key] = counts.get(key, 0) + orders
    return [Group(version, is_in_force, orders) for (is_in_force, version), orders in sorted(counts.items(), reverse=True)]


def timeless(policy: Policy) -> str:
    """Without the public holidays, which are pinned anew each day."""
    plant = policy.plant.model_copy(update={"holidays": (), "makeup_days": ()})
    return policy.model_copy(update={"plant": plant}).model_dump_json()


# How far an application has come.


def last_run(visitor: Visitor) -> Run | None:
    run = visitor.here.applying.last
    return run if run and (not run.is_over or visitor.now - run.began_at < A_WHILE) else None


async def progress(visitor: Visitor) -> Response:
    return visitor.page("_applying.html", run=last_run(visitor), is_news=True)


async def version(visitor: Visitor) -> Response:
    """One that was applied, and what it changed."""
    number = str(visitor.request.path_params["number"])
    found = await visitor.run(applied, visitor, int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None:
        raise not_found(f"policy {number}")
    zone = (await visitor.run(visitor.here.office.policy.pinned, visitor.now)).plant.time_zone
    return visitor.page("policy_version.html", found=found[0], differs=found[1], zone=zone)


def applied(visitor: Visitor, number: int) -> tuple[Applied, list[str]] | None:
    shelf = visitor.here.store.policies
    found, before = shelf.application(number), shelf.application(number - 1)
    if found is None:
        return None
    try:
        older = policy_file.parse(before.text) if before else policy_file.default()
        return found, changes(older, policy_file.parse(found.text))
    except PolicyError:
        # Written for a release that knew other keys.
        return found, []


# Trying another, and applying it.


async def ask(visitor: Visitor) -> Response:
    """Begins with the file that governs."""
    only_admins(visitor)
    known = await visitor.run(look, visitor)
    return form(visitor, known.text, because=visitor.request.query_params.get("because", ""))


def form(visitor: Visitor, written: str, status: int = 200, **values: object) -> Response:
    frame = {"written": written, "faults": (), "trial": None, "seen": "", "most": MOST_MOVES, "problem": None, "zone": ""}
    frame |= {"because": "", "unknown": ""}
    return visitor.page("policy_try.html", status, **{**frame, **values})


async def attempt(visitor: Visitor) -> Response:
    only_admins(visitor)
    sent = await visitor.form()
    because = text(sent, "because")
    written, faults = await brought(sent)
    if faults:
        return form(visitor, written, 422, faults=faults, because=because)
    try:
        trial = await tried(visitor, written, because)
    except PolicyError as error:
        return form(visitor, written, 422, faults=error.problems, because=because)
    except NoSuchImprovement as error:
        return form(visitor, written, 422, unknown=str(error), because=because)
    seen, zone = await visitor.run(governs, visitor), trial.application.policy.plant.time_zone
    return form(visitor, written, trial=trial, seen=seen, zone=zone, because=because)


async def brought(sent: FormData) -> tuple[str, list[PolicyProblem]]:
    """The file, else what was typed; browsers write lines as mail does."""
    file = sent.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return str(sent.get("text", "")).replace("\r\n", "\n"), []
    try:
        return (await file.read()).decode("utf-8"), []
    except UnicodeDecodeError:
        return "", [PolicyProblem("", 1, "is not UTF-8")]


async def tried(visitor: Visitor, written: str, because: str) -> Trial:
    """Raises PolicyError, NoSuchImprovement."""
    application = await visitor.run(visitor.here.applying.candidate, written, visitor.person, visitor.now, because)
    orders = sum((await visitor.run(visitor.here.store.policies.governing)).values())
    moved: Preview | None
    try:
        async with asyncio.timeout(PATIENCE):
            moved = await preview(application, MOST_ASKED)
    except TimeoutError:
        moved = None
    return Trial(application, changes(application.before, application.policy), orders, moved)


def governs(visitor: Visitor) -> str:
    """By which an application knows that it replaces what was compared."""
    shelf = visitor.here.store.policies
    return shelf.digest_of(visitor.here.office.policy.pinned(visitor.now))


async def apply(visitor: Visitor) -> Response:
    """It governs new orders at once; those under way hear of it one after the other."""
    only_admins(visitor)
    sent = await visitor.form()
    written, because = str(sent.get("text", "")).replace("\r\n", "\n"), text(sent, "because")
    try:
        if text(sent, "seen") != await visitor.run(governs, visitor):
            raise Problem(409, "stale", "another policy was put in force meanwhile: try yours again, and look what differs now")
        application = await visitor.run(visitor.here.applying.candidate, written, visitor.person, visitor.now, because)
        await visitor.here.applying.begin(application, visitor.now)
    except PolicyError as error:
        return form(visitor, written, 422, faults=error.problems, because=because)
    except NoSuchImprovement as error:
        return form(visitor, written, 422, unknown=str(error), because=because)
    except Problem as problem:
        return form(visitor, written, problem.status, problem=problem, because=because)
    return RedirectResponse(ADDRESS, 303, HEADERS)


async def go_on(visitor: Visitor) -> Response:
    """Tells the policy in force to the orders that have not heard of it."""
    only_admins(visitor)
    await visitor.form()
    written = await visitor.run(visitor.here.office.policy.text)
    written = policy_file.default_text() if written is None else written
    application = await visitor.run(visitor.here.applying.candidate, written, visitor.person, visitor.now)
    await visitor.here.applying.begin(application, visitor.now)
    return RedirectResponse(ADDRESS, 303, HEADERS)
