"""Schemathesis over our OpenAPI document as every role and as nobody, against a running stack: nothing breaks, nothing wedges.

JIAOQI_TEST_LONG=1: everybody with every phase, ten times the examples, another seed each time.
"""

import os
import uuid
import warnings
from collections.abc import Iterator
from secrets import randbits
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from tests.endtoend.engine import temporal
from tests.endtoend.order import Order
from tests.endtoend.people import CAST, FIRST_OF
from tests.strangers.plant import BesiegedPlant

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
NOBODY = "nobody"
THOROUGHLY = "sales-head"
"""Tried with every boundary that the schemas know; the others with a few examples of each operation."""
ROLES = (NOBODY, *(CAST if LONG else (THOROUGHLY, "admin", *FIRST_OF.values())))
CHECKS: dict[str, Any] = {
    # A schema cannot say that a date is past, that a version is stale, that percent or quantity is wanted, or that a
    # reference must be somebody's id: what it allows may still be refused, but only as such.
    "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "401", "403", "404", "409", "412", "422"]},
    # Refusing what is wrong is only ever one of these: a 5xx is no refusal.
    "negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "415", "422"]},
    # By design everybody signed in may read every order (contract, "Who may").
    "object_level_authorization": {"enabled": False},
}
OWN_ORDER = ("complete_task", "cancel_order")
"""What ends an order or a task is done to others than the rest."""


def test_the_document_is_kept_by_all_and_for_nobody(plant: BesiegedPlant) -> None:
    found: list[str] = []
    cases = 0
    for who in ROLES:
        for event in tried_as(plant, who):
            if isinstance(event, events.FatalError | events.NonFatalError):
                found.append(f"{who}: {event}")
            if isinstance(event, events.ScenarioFinished):
                cases += len(event.recorder.cases)
                found += [f"{who}: {line}" for line in failures(event)]
    assert not found, "\n\n".join(found)
    assert cases > 1_000
    nothing_is_wedged(plant)


def tried_as(plant: BesiegedPlant, who: str) -> Iterator[events.EngineEvent]:
    config = SchemathesisConfig.from_dict(settings(plant, who))
    document = plant.person("boss").ask("/openapi.json")
    with warnings.catch_warnings():
        # It warns of whatever it cannot generate; what it could is counted.
        warnings.simplefilter("ignore")
        yield from from_schema(schemathesis.openapi.from_dict(document, config=config)).execute()


def settings(plant: BesiegedPlant, who: str) -> dict[str, Any]:
    thoroughly = LONG or who == THOROUGHLY
    return {
        "seed": randbits(64) if LONG else 2027,
        "base-url": plant.stack.url,
        "headers": {} if who == NOBODY else {"Authorization": f"Bearer {plant.token(who)}"},
        "request-timeout": 20,
        "generation": {"max-examples": 20 if LONG else 2, "database": "none"},
        # One bad token for each operation: of more, the brake would tell instead.
        "checks": {**CHECKS, "ignored_auth": {"enabled": who == THOROUGHLY}},
        "phases": {"coverage": {"enabled": thoroughly}, "stateful": {"enabled": LONG}},
        "operations": [] if who == NOBODY else about_orders(plant),
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
    order = plant.enter(key=uuid.uuid4().hex)
    order.confirmed()
    for log in (plant.stack.home / "logs").glob("*.log"):
        assert "Traceback" not in log.read_text(errors="replace"), log
