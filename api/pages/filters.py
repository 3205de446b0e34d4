"""What a page is asked for behind the question mark: read as the API reads it, and written into the page's own links."""

from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request

from api import queries
from api.forms import Form

Q = TypeVar("Q", bound=Form)
LANGUAGE = "lang"


def read(form: type[Q], request: Request) -> Q:
    """A form's empty fields ask for nothing, and the language is asked of every page; raises the problem `invalid`."""
    given = [(name, value) for name, value in request.query_params.multi_items() if value and name != LANGUAGE]
    return queries.read(form, QueryParams(given))


def address(path: str, query: Form, **changes: object) -> str:
    """The page as it is asked for, but for these; None asks for nothing."""
    asked: dict[str, Any] = {**query.model_dump(mode="json", by_alias=True, exclude_defaults=True), **changes}
    given = {name: written(value) for name, value in asked.items()}
    return f"{path}?{urlencode({name: value for name, value in given.items() if value})}".removesuffix("?")


def written(value: object) -> str:
    """As `queries` reads it: several values with commas, of which those inside a name are escaped."""
    if isinstance(value, list | tuple):
        return ",".join(str(one).replace(",", "\\,") for one in value)
    return "" if value is None else str(value)
