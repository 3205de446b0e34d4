"""What programs are told about the API: the OpenAPI document, and the schemas of outcomes."""

import json
from typing import Any

import pytest

from api import schemas
from tests.api.plant import Plant
from workflows.types.answers import OUTCOMES
from workflows.types.words import Kind

OPERATIONS = {
    "enter_order": ("post", "/api/v1/orders"),
    "list_orders": ("get", "/api/v1/orders"),
    "get_order": ("get", "/api/v1/orders/{order_no}"),
    "list_events": ("get", "/api/v1/orders/{order_no}/events"),
    "list_notices": ("get", "/api/v1/orders/{order_no}/notices"),
    "repromise_order": ("post", "/api/v1/orders/{order_no}/repromise"),
    "hold_order": ("post", "/api/v1/orders/{order_no}/hold"),
    "resume_order": ("post", "/api/v1/orders/{order_no}/resume"),
    "cancel_order": ("post", "/api/v1/orders/{order_no}/cancel"),
    "amend_order": ("post", "/api/v1/orders/{order_no}/amend"),
    "list_tasks": ("get", "/api/v1/tasks"),
    "get_task": ("get", "/api/v1/tasks/{task_id}"),
    "complete_task": ("post", "/api/v1/tasks/{task_id}/complete"),
    "correct_task": ("post", "/api/v1/tasks/{task_id}/correct"),
    "report_progress": ("post", "/api/v1/tasks/{task_id}/progress"),
    "extend_task": ("post", "/api/v1/tasks/{task_id}/extend"),
    "claim_task": ("post", "/api/v1/tasks/{task_id}/claim"),
    "release_task": ("post", "/api/v1/tasks/{task_id}/release"),
    "snooze_task": ("post", "/api/v1/tasks/{task_id}/snooze"),
    "assign_task": ("put", "/api/v1/tasks/{task_id}/assignee"),
    "get_me": ("get", "/api/v1/me"),
    "list_people": ("get", "/api/v1/people"),
    "get_figures": ("get", "/api/v1/figures"),
    "get_figure_trend": ("get", "/api/v1/figures/{name}/trend"),
    "list_figure_rows": ("get", "/api/v1/figures/{name}/rows"),
    "list_courses": ("get", "/api/v1/training/courses"),
    "list_training_sessions": ("get", "/api/v1/training/sessions"),
    "get_training_session": ("get", "/api/v1/training/sessions/{number}"),
    "list_certificates": ("get", "/api/v1/training/certificates"),
    "list_training_coverage": ("get", "/api/v1/training/coverage"),
    "upload_document": ("post", "/api/v1/orders/{order_no}/documents"),
    "list_documents": ("get", "/api/v1/orders/{order_no}/documents"),
    "generate_document": ("post", "/api/v1/orders/{order_no}/documents/generate"),
    "get_document": ("get", "/api/v1/documents/{document_id}"),
    "list_archive": ("get", "/api/v1/archive"),
    "get_archive": ("get", "/api/v1/archive/{archive_id}"),
    "raise_improvement": ("post", "/api/v1/improvements"),
    "list_improvements": ("get", "/api/v1/improvements"),
    "get_improvement": ("get", "/api/v1/improvements/{number}"),
    "list_improvement_events": ("get", "/api/v1/improvements/{number}/events"),
    "list_reviews": ("get", "/api/v1/reviews"),
    "ask_for_review": ("post", "/api/v1/reviews"),
    "get_review": ("get", "/api/v1/reviews/{review_id}"),
    "decide": ("post", "/api/v1/reviews/{review_id}/decisions"),
}
"""Programs are generated from these names: none may ever change or go."""


async def document(plant: Plant) -> dict[str, Any]:
    answer = await plant.get("boss", "/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def operations(found: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, operation) for path, methods in found["paths"].items() for method, operation in methods.items()]


async def test_operations_keep_their_names(plant: Plant) -> None:
    told = {operation["operationId"]: (method, path) for method, path, operation in operations(await document(plant))}
    assert told == OPERATIONS


async def test_every_operation_says_what_it_takes_and_how_it_fails(plant: Plant) -> None:
    found = await document(plant)
    assert found["security"] == [{"token": []}]
    for method, path, operation in operations(found):
        assert operation["summary"] and operation["description"]
        assert set(operation["responses"]) <= {"200", "201", "default"}, path
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert ("requestBody" in operation) == (method in ("post", "put"))
        keys = [parameter["name"] for parameter in operation.get("parameters", [])]
        assert ("Idempotency-Key" in keys) == (method in ("post", "put"))
        assert len(keys) == len(set(keys))
        assert {part.strip("{}") for part in path.split("/") if part.startswith("{")} <= set(keys)


async def test_every_reference_leads_somewhere(plant: Plant) -> None:
    found = await document(plant)
    text = json.dumps(found)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= found["components"]["schemas"].keys()
    assert "#/$defs" not in text


async def test_what_is_sent_is_closed_to_unknown_fields(plant: Plant) -> None:
    schemas_told = (await document(plant))["components"]["schemas"]
    for name in ("OrderIn", "Customer", "Line", "CompleteIn", "ProgressIn", "HoldIn"):
        assert schemas_told[name]["additionalProperties"] is False


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind in OUTCOMES])
async def test_every_question_says_how_it_can_be_answered(plant: Plant, kind: Kind) -> None:
    task = await plant.asked(kind)
    outcomes = (await plant.get("boss", f"/tasks/{task}")).json()["outcomes"]
    assert list(outcomes) == list(OUTCOMES[kind])
    for name, schema in outcomes.items():
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["additionalProperties"] is False
        assert set(schema["properties"]) == set(OUTCOMES[kind][name].model_fields)
        references = {part.split('"')[0] for part in json.dumps(schema).split('"#/$defs/')[1:]}
        assert references == schema.get("$defs", {}).keys()


def example(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """The least that a schema allows."""
    if "$ref" in schema:
        return example(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "enum" in schema:
        return schema["enum"][0]
    match schema:
        case {"format": "date"}:
            return "2027-04-01"
        case {"format": "date-time"} | {"anyOf": [{"format": "date-time"}, _]}:
            return "2027-04-01T10:00:00Z"
        case {"type": "string"}:
            return "x" * schema.get("minLength", 0)
        case {"type": "integer"}:
            return schema.get("minimum", 0)
        case {"type": "boolean"}:
            return True
        case {"type": "array"}:
            return [example(schema["items"], root)]
        case {"patternProperties": _}:
            return {"1": 1}
        case {"type": "object"}:
            return {name: example(schema["properties"][name], root) for name in schema.get("required", [])}
    raise AssertionError(schema)


@pytest.mark.parametrize("kind", OUTCOMES)
def test_what_the_schema_allows_is_read(kind: Kind) -> None:
    for name, schema in json.loads(schemas.outcomes(kind)).items():
        OUTCOMES[kind][name].model_validate(example(schema, schema), extra="forbid")
