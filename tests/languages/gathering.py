"""Every sentence of the product, gathered from templates and code: what the catalogues must translate."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from string import Formatter
from typing import NamedTuple

from babel.messages import Catalog
from jinja2.ext import babel_extract
from pydantic_core import PydanticKnownError

from activities.languages.catalogue import SPOKEN
from jiaoqi.doctor.findings import HEADINGS
from jiaoqi.rehearsing.course import Lost
from tests.languages.speakers import ROOT, Reader
from workflows.rules import faults
from workflows.types.refusals import STATUS

PAGES = ROOT / "api" / "pages" / "templates"
PAPERS = ROOT / "activities" / "documents" / "templates"
LETTERS = re.compile(r"[A-Za-z]")
FEWEST_LETTERS = 4
"""Fewer outside of the gaps are no sentence: anything could have been made from them."""

PYDANTIC: dict[str, dict[str, object]] = {
    "missing": {},
    "extra_forbidden": {},
    "string_type": {},
    "int_type": {},
    "bool_type": {},
    "dict_type": {},
    "list_type": {},
    "tuple_type": {},
    "date_type": {},
    "datetime_type": {},
    "model_type": {"class_name": "?"},
    "model_attributes_type": {},
    "string_too_short": {"min_length": 1},
    "string_too_long": {"max_length": 1},
    "string_pattern_mismatch": {"pattern": "?"},
    "string_unicode": {},
    "too_short": {"field_type": "?", "min_length": 1, "actual_length": 0},
    "too_long": {"field_type": "?", "max_length": 1, "actual_length": 2},
    "greater_than_equal": {"ge": 1},
    "less_than_equal": {"le": 1},
    "literal_error": {"expected": "?"},
    "enum": {"expected": "?"},
    "int_from_float": {},
    "int_parsing": {},
    "bool_parsing": {},
}
"""What pydantic can find wrong in our forms, with values for its gaps."""
FIELD_TYPES = ("Dictionary", "Tuple", "List")
CLICK = (
    "Usage:",
    "Options",
    "Commands",
    "Show this message and exit.",
    "required",
    "default: {default}",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Missing argument {param_hint}.",
    "Missing option {param_hint}.",
    "Missing option {param_hint}. Choose from:",
    "Missing command.",
    "No such option {name}.",
    "No such option {name}. (Did you mean {possibility}?)",
    "No such option {name}. (Did you mean one of: {possibilities}?)",
    "No such command {name}.",
    "No such command {name}. (Did you mean {possibility}?)",
    "No such command {name}. (Did you mean one of: {possibilities}?)",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
    "Got unexpected extra argument ({args})",
    "Got unexpected extra arguments ({args})",
    "{value} is not one of {choices}.",
    "{value} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "{value} does not match the format {format}.",
    "{value} does not match the formats {formats}.",
    "File {filename} does not exist.",
    "Directory {filename} does not exist.",
    "Directory {filename} is a file.",
    "File {filename} is a directory.",
    "{filename}: No such file or directory",
    "Password",
)
"""What the library of our commands says to people."""
OF_ORDERS = (
    "the promise was moved",
    "promised for {day}",
    "progress report",
    "{item} short until {eta}",
    "the goods have left",
    "the goods are delivered",
    "the order is closed",
    "{task_id} was corrected",
    "the lines were amended",
    "amended anew",
    "{department} refused the amendment",
    "policy {version}",
    "held",
    "received less than dispatched",
    "planned arrival {arrival}, promised {promised}",
    "who is there today",
)
"""Why an order did something by itself."""
OF_COMMANDS = ("nobody in {departments}", "no head in {departments}", "at risk or late", "late", "the stack", "key")
"""What commands say and no reader finds."""
TITLES = (*STATUS, "engine-away", "store-away")
"""Codes whose problems are not made by name."""


class Sentence(NamedTuple):
    text: str
    path: str
    is_spoken: bool
    """It arrives with its gaps filled, and is recognised by its words."""


def sentences() -> Iterator[Sentence]:
    reader = Reader()
    yield from of_pages()
    yield from of_calls(reader)
    yield from (Sentence(each.template, each.path, True) for each in reader.spoken() if is_sentence(each.template))
    yield from (Sentence(text, "workflows", True) for text in OF_ORDERS)
    yield from of_help(reader)
    yield from (Sentence(text, "click", True) for text in CLICK)
    yield from (Sentence(text, "jiaoqi", True) for text in (*OF_COMMANDS, *HEADINGS.values(), *(lost.value for lost in Lost)))
    yield from (Sentence(text, "pydantic", True) for text in (*of_pydantic(), *FIELD_TYPES))
    yield from (Sentence(title(code), "api/problems.py", True) for code in (*TITLES, *codes(reader)))


def catalogue() -> Catalog:
    """All of them, as a translator gets them."""
    found = Catalog()
    for sentence in sentences():
        path = (sentence.path, 1)
        found.add(sentence.text, locations=[path], auto_comments=[SPOKEN] if sentence.is_spoken else [])
    return found


def of_pages() -> Iterator[Sentence]:
    for path in sorted((*PAGES.rglob("*.html"), *PAPERS.rglob("*.html"))):
        for _, _, message, _ in babel_extract(BytesIO(path.read_bytes()), ("_",), (), {"silent": "false"}):
            text = message[0] if isinstance(message, tuple) else message
            if text:
                yield Sentence(text, path.relative_to(ROOT).as_posix(), False)


def of_calls(reader: Reader) -> Iterator[Sentence]:
    """`tongue.text("…")` and `_("…")` in code."""
    for path, tree in reader.trees.items():
        for node in ast.walk(tree) if "/migrations/" not in path else ():
            match node:
                case ast.Call(func=ast.Attribute(attr="text") | ast.Name(id="_"), args=[ast.Constant(value=str(text)), *_]):
                    yield Sentence(text, path, False)


def of_pydantic() -> Iterator[str]:
    for kind, context in PYDANTIC.items():
        error = PydanticKnownError(kind, context or None)  # type: ignore[arg-type]
        yield faults.message(error.message_template)


def of_help(reader: Reader) -> Iterator[Sentence]:
    """What `--help` shows: the docstrings of commands, and the help of their options."""
    for path, tree in reader.trees.items():
        for node in ast.walk(tree) if path.startswith("jiaoqi/cli/") else ():
            match node:
                case ast.FunctionDef(decorator_list=marks) if any(is_command(mark) for mark in marks):
                    yield Sentence(ast.get_docstring(node) or "", path, True)
                case ast.Call(func=ast.Attribute(attr="option"), keywords=given):
                    helps = (each.value for each in given if each.arg == "help")
                    yield from (Sentence(str(each.value), path, True) for each in helps if isinstance(each, ast.Constant))


def is_command(mark: ast.expr) -> bool:
    return isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr in ("command", "group")


def codes(reader: Reader) -> Iterator[str]:
    """Of problems made by name: their codes become titles."""
    for tree in reader.trees.values():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id="Problem"), args=[_, ast.Constant(value=str(code)), *_]):
                    yield code
                case ast.Call(func=ast.Name(id="unauthorized"), args=[ast.Constant(value=str(code)), *_]):
                    yield code


def title(code: str) -> str:
    return code.replace("-", " ").capitalize()


def is_sentence(template: str) -> bool:
    # Nor is an address.
    if template.startswith(("jiaoqi: {", "/")):
        return False
    letters = len(LETTERS.findall("".join(literal for literal, *_ in Formatter().parse(template))))
    return letters >= (FEWEST_LETTERS if "{" in template else 1)
