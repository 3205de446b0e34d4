"""JSON Schemas (2020-12) of what may be answered to a task, so that any form or program can ask for it."""

import json
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from workflows.types.answers import OUTCOMES
from workflows.types.words import Kind

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def closed(schema: Any) -> Any:
    """The schema with every object shut to unknown fields, as the API is; maps are shut to keys of another pattern."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {"additionalProperties": False} if "properties" in schema or "patternProperties" in schema else {}
    return {**{key: closed(value) for key, value in schema.items()}, **shut}


def of_form(form: type[BaseModel], definitions: str = "#/$defs/{model}") -> Any:
    return closed(form.model_json_schema(ref_template=definitions))


@lru_cache(maxsize=256)
def outcomes(kind: Kind, withheld: tuple[str, ...] = ()) -> bytes:
    """By outcome that fits the case: the schema of its fields, as JSON text."""
    fitting = {name: form for name, form in OUTCOMES.get(kind, {}).items() if name not in withheld}
    return json.dumps({name: {"$schema": DIALECT, **of_form(form)} for name, form in fitting.items()}).encode()
