"""Schemathesis over our OpenAPI document as every role and as nobody, against a running stack: nothing breaks, nothing wedges.

JIAOQI_TEST_LONG=1: everybody in a run of their own, every phase, ten times the examples, another seed each time.
"""

import os
import warnings
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from secrets import randbits
from typing import Any

import schemathesis
from schemathesis import AuthContext, Case
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from tests.endtoend.engine import temporal
from tests.endtoend.order import Order
from tests.endtoend.people import CAST, FIRST_OF
from tests.endtoend.waiting import until
from tests.strangers.line import Line, request
from tests.strangers.plant import BesiegedPlant

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
NOBODY, SOMEBODY = "nobody", "sales-head"
ROLES = (NOBODY, SOMEBODY, "production-head", "admin", *FIRST_OF.values())
CHECKS: dict[str, Any] = {
    # A schema cannot say that a date is past, that a version is stale, that percent or quantity is wanted, or that a
    # reference must be somebody's id: what it allows may still be refused, but only as such.
    "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "401", "403", "404", "409", "412", "422", "431"]},
    # Refusing what is wrong is only ever one of these: a 5xx is no refusal.
    "negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "415", "422", "431"]},
    # By design everybody signed in may read every order (contract, "Who may").
    "object_level_authorization": {"enabled": False},
}
BRAKED = 429
OWN_ORDER = ("complete_task", "cancel_order")
"""What ends an order or a task is done to others than the rest."""


def test_the_document_is_kept_by_everybody_in_turn(plant: BesiegedPlant) -> None:
    """Each operation is tried with every boundary that the schemas know, each case as the next of all roles."""
    # Who has no token is refused by no fault of the route's.
    told = tried(plant, (NOBODY,) if LONG else ROLES, ignored_auth=False)
    assert sum(told.values()) > 1_000
    assert told[401] and (LONG or (told[200] and told[403] and told[422]))
    nothing_is_wedged(plant)


def test_the_document_is_kept_by_somebody(plant: BesiegedPlant) -> None:
    """Also what is asked with a good token and then with a bad one; once, since the brake would tell instead of a second."""
    until(lambda: not is_slowed_down(plant), "bad tokens of the test before are forgotten", within=90)
    tried(plant, (SOMEBODY,), ignored_auth=True)
    for who in CAST if LONG else ():
        tried(plant, (who,), ignored_auth=False)
    nothing_is_wedged(plant)


def is_slowed_down(plant: BesiegedPlant) -> bool:
    with Line(plant.stack.url) as line:
        return line.say(request("GET", "/api/v1/me", "jq_nobody")).answer().status == BRAKED


def tried(plant: BesiegedPlant, roles: tuple[str, ...], *, ignored_auth: bool) -> Counter[int]:
    """How often which status was answered; fails with all that was found."""
    found: list[str] = []
    statuses: Counter[int] = Counter()
    for event in run(plant, roles, ignored_auth):
        if isinstance(event, events.FatalError | events.NonFatalError):
            found.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            found += failures(event)
            statuses.update(each.response.status_code for each in event.recorder.interactions.values() if each.response)
    assert not found, f"as {roles}: " + "\n\n".join(found)
    return statuses


def run(plant: BesiegedPlant, roles: tuple[str, ...], ignored_auth: bool) -> Iterator[events.EngineEvent]:
    config = SchemathesisConfig.from_dict(settings(plant, roles, ignored_auth))
    schema = schemathesis.openapi.from_dict(plant.person("boss").ask("/openapi.json"), config=config)
    if len(roles) > 1:
        schema.auth(refresh_interval=None)(in_turn(plant, roles))
    with warnings.catch_warnings():
        # It warns of whatever it cannot generate; what it could is counted.
        warnings.simplefilter("ignore")
        yield from from_schema(schema).execute()


def braked() -> dict[str, Any]:
    """To who comes with more bad tokens than are looked at, the brake tells instead of 401."""
    told = {name: check.get("expected-statuses") for name, check in CHECKS.items()}
    return {name: {"expected-statuses": [*also, str(BRAKED)]} if also else CHECKS[name] for name, also in told.items()}


def in_turn(plant: BesiegedPlant, roles: tuple[str, ...]) -> type:
    turns = cycle(roles)

    class InTurn:
        def get(self, case: Case, context: AuthContext) -> str:
            return next(turns)

        def set(self, case: Case, data: str, context: AuthContext) -> None:
            if data != NOBODY:
                case.headers["Authorization"] = f"Bearer {plant.token(data)}"

    return InTurn


def settings(plant: BesiegedPlant, roles: tuple[str, ...], ignored_auth: bool) -> dict[str, Any]:
    who = roles[0]
    # Every phase makes up more bad tokens than are looked at in a minute.
    thorough = LONG and not ignored_auth
    return {
        "seed": randbits(64) if LONG else 2027,
        "base-url": plant.stack.url,
        "headers": {} if who == NOBODY else {"Authorization": f"Bearer {plant.token(who)}"},
        "request-timeout": 20,
        "generation": {"max-examples": 20 if thorough else 2, "database": "none"},
        "checks": {**(braked() if who == NOBODY else CHECKS), "ignored_auth": {"enabled": ignored_auth}},
        "phases": {"coverage": {"enabled": thorough or len(roles) > 1}, "stateful": {"enabled": thorough}},
        "operations": about_orders(plant),
    }


def about_orders(plant: BesiegedPlant) -> list[dict[str, Any]]:
    """Real ones: a path made up is only ever 404."""
    shared = plant.enter()
    own = [(operation, plant.enter()) for operation in OWN_ORDER]
    return [about(shared, {"exclude-operation-id": list(OWN_ORDER)})] + [about(o, {"include-operation-id": op}) for op, o in own]


def about(order: Order, which: dict[str, Any]) -> dict[str, Any]:
    return {**which, "parameters": {"path.order_no": order.number, "path.task_id": order.first_task["id"]}}


def failures(scenario: events.ScenarioFinished) -> Iterator[str]:
    for case_id, checks in scenario.recorder.checks.items():
        for check in checks:
            if check.failure_info:
                info, answer = check.failure_info, scenario.recorder.interactions[case_id].response
                told = f"{answer.status_code} {answer.text[:500]}" if answer else "no answer"
                yield f"{scenario.label}: {check.name}: {info.failure.message}\n{info.code_sample}\n{told}"


def nothing_is_wedged(plant: BesiegedPlant) -> None:
    assert plant.stack.answers("/readyz")
    stuck = temporal(plant.stack, "workflow", "list", "--query", "TemporalReportedProblems IS NOT NULL")
    ended_badly = temporal(plant.stack, "workflow", "list", "--query", "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')")
    assert not stuck and not ended_badly
    plant.enter().confirmed()
    for log in (plant.stack.home / "logs").glob("*.log"):
        assert "Traceback" not in log.read_text(errors="replace"), log
