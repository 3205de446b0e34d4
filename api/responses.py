"""How what was read is answered: one thing with its version, a list with its cursor."""

from collections.abc import Callable

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from activities.store import BadCursor
from api.problems import invalid
from api.versions import etag, is_seen
from workflows.types.refusals import Fault

JSON = "application/json"


def json_response(body: str | bytes, headers: dict[str, str] | None = None) -> Response:
    return Response(body, 200, headers, JSON)


def one(request: Request, body: Callable[[], str | bytes], version: int) -> Response:
    """The thing itself, or 304 when the reader has seen this version."""
    headers = {"ETag": etag(version)}
    if is_seen(request.headers.get("if-none-match"), version):
        return Response(status_code=304, headers=headers)
    return json_response(body(), headers)


def listed(page: Callable[[], BaseModel]) -> bytes:
    """A page as JSON, made in the store's thread since it can be long; raises the problem `invalid` for a bad cursor."""
    try:
        return page().model_dump_json().encode()
    except BadCursor as error:
        raise invalid(Fault(pointer="/query/cursor", message=str(error))) from None


def with_member(body: str, name: str, value: bytes) -> bytes:
    """A JSON object's text with one member more."""
    return body.removesuffix("}").encode() + b',"' + name.encode() + b'":' + value + b"}"
