"""The OpenAPI document: FastAPI tells the routes, and here stands what it cannot see, since bodies and queries are read late."""

import asyncio
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response

from activities.store.views import PersonOut, TaskOut
from api import forms
from api.problems import MEDIA_TYPE
from api.schemas import closed
from workflows.types.refusals import Fault
from workflows.types.words import Department

REF = "#/components/schemas/{model}"
SECURITY = {"type": "http", "scheme": "bearer", "bearerFormat": "jq_…"}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A repeat with the same key gets the first answer. Made up by the server when left out.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
SENT: dict[str, type[BaseModel]] = {}
"""What people send, by name: whatever a route says that it reads."""
IF_MATCH = {"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}}


class ProblemOut(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Fault]


class TaskWithOutcomes(TaskOut):
    outcomes: dict[str, dict[str, Any]]
    """By outcome: the JSON Schema of its fields."""


class Acting(BaseModel):
    departments: tuple[Department, ...]
    heads: tuple[Department, ...]
    on_behalf_of: dict[Department, str]


class Me(PersonOut):
    acting: Acting
    """What you may act for today."""


def reads(model: type[BaseModel], query: type[BaseModel] | None = None) -> dict[str, Any]:
    """What a route that only reads says of itself."""
    return {"responses": responses(model, 200), "openapi_extra": {"parameters": parameters(query)}}


def takes(
    form: type[BaseModel], model: type[BaseModel], query: type[BaseModel] | None = None, status: int = 200
) -> dict[str, Any]:
    """What a route that does something says of itself."""
    body = {"required": form is not forms.Nothing, "content": {"application/json": {"schema": reference(form)}}}
    extra = {"parameters": [*parameters(query), KEY, IF_MATCH], "requestBody": body}
    return {"status_code": status, "responses": responses(model, status), "openapi_extra": extra}


def responses(model: type[BaseModel], status: int) -> dict[int | str, dict[str, Any]]:
    problem = {"description": "A problem document.", "content": {MEDIA_TYPE: {"schema": reference(ProblemOut)}}}
    return {status: {"model": model}, "default": problem}


def reference(model: type[BaseModel]) -> dict[str, str]:
    SENT[model.__name__] = model
    return {"$ref": REF.format(model=model.__name__)}


def parameters(query: type[BaseModel] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    SENT[query.__name__] = query
    properties = schemas([query])[query.__name__]["properties"]
    shape = {"in": "query", "required": False, "style": "form", "explode": False}
    return [{"name": name, **shape, "schema": schema} for name, schema in properties.items()]


def own_schemas() -> dict[str, Any]:
    """Of what people send, shut to unknown fields; and of problems."""
    found = schemas(SENT.values())
    # A problem may tell more than every problem does: who was first, what would be possible.
    del found[ProblemOut.__name__]["additionalProperties"]
    return found


def schemas(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    _, found = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    shut: dict[str, Any] = closed(found["$defs"])
    return shut


@lru_cache(maxsize=1)
def described(app: FastAPI) -> bytes:
    """The document as JSON; made when first asked for, since that takes longer than the API's whole start."""
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = made["components"]
    # Where people send and read the same model, the stricter schema holds for both.
    components["schemas"] = {**components["schemas"], **own_schemas()}
    components["securitySchemes"] = {"token": SECURITY}
    made["security"] = [{"token": []}]
    return json.dumps(made, ensure_ascii=False).encode()


async def document(request: Request) -> Response:
    """A plain endpoint: what describes the routes need not be described."""
    body = await asyncio.to_thread(described, request.app)
    return Response(body, media_type="application/json")
