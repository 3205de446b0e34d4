"""Mappings as they are written down, in TOML: the built-in ones, and a plant's own."""

from datetime import date, datetime
from pathlib import Path

from activities.failures import ForeseenFailure
from activities.importing.mapping import FIELDS, ISO, PAST, REQUIRED, Mapping
from activities.policy_file import PolicyError, PolicyProblem, load
from activities.policy_lines import Lines
from activities.policy_reading import Place, Reader, Refused, Tree, reader, several, shown, table, word
from activities.policy_text import dotted
from activities.policy_values import text
from workflows.types.words import Language, Priority

PLAIN_TEXT = """
optional = ["email", "language", "unit", "customer_ref", "ship_to", "priority", "note"]

[columns]
order_no = "order_no"
customer = "customer"
email = "email"
language = "language"
product_model = "product_model"
quantity = "quantity"
unit = "unit"
requested_date = "requested_date"
customer_ref = "customer_ref"
ship_to = "ship_to"
priority = "priority"
note = "note"

[past]
entered = "entered"
promised = ["promised", "requested_date"]
delivered = "delivered"
recorded = "recorded"
"""
"""Columns named like the fields of an order in JSON."""

SCMS_TEXT = """
[columns]
order_no = "PO / SO #"
customer = ["Country", "Project Code"]
product_model = "Item Description"
quantity = "Line Item Quantity"
requested_date = "Scheduled Delivery Date"

[dates]
formats = ["%Y-%m-%d", "%d-%b-%y"]      # as cleaned, and as the programme itself publishes it
lines = "latest"

[past]
entered = ["PO Sent to Vendor Date", "PQ First Sent to Client Date"]
promised = "Scheduled Delivery Date"
delivered = "Delivered to Client Date"
recorded = "Delivery Recorded Date"
"""
"""The delivery history of the public health supply programme SCMS."""

LONGEST = 200
LONGEST_TEXT = 2000
LATEST, SAME = "latest", "same"
PROBE = date(2031, 12, 28)
"""A date whose day, month and year cannot be taken for one another."""


class MappingIsWrong(ForeseenFailure):
    """A mapping file can't be followed; one line for each mistake."""

    exit_code = 2


@reader
def column(value: object) -> tuple[str, ...]:
    """One column, or several."""
    given = value if isinstance(value, list) else [value]
    names = tuple(name.strip() for name in given if isinstance(name, str) and name.strip())
    if not names or len(names) != len(given):
        raise Refused(f"{shown(value)} is not a column's name, nor a list of them")
    return names


@reader
def date_format(value: object) -> str:
    """One that reads back what it writes."""
    try:
        if isinstance(value, str) and datetime.strptime(PROBE.strftime(value), value).date() == PROBE:  # noqa: DTZ007
            return value
    except ValueError:
        pass
    raise Refused(f"{shown(value)} is not a format of a date; it needs a day, a month and a year, such as {shown(ISO)}")


@reader
def whole(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return str(value)
    raise Refused(f"{shown(value)} is not a whole number from 1")


DEFAULTS: dict[str, Reader] = {
    **dict.fromkeys(("customer", "email", "product_model", "ship_to"), text(LONGEST)),
    "language": word(Language, "a language"),
    "customer_ref": text(64),
    "priority": word(Priority, "a priority"),
    "note": text(LONGEST_TEXT),
    "quantity": whole,
    "unit": text(16),
}
"""An order without a number or a date of its own is refused, so these two have none."""

MAPPING = table(
    {
        "columns": table(dict.fromkeys(FIELDS, column), "field"),
        "optional": several(word(FIELDS, "a field")),
        "defaults": table(DEFAULTS, "field with a default"),
        "dates": table({"formats": several(date_format), "lines": word((LATEST, SAME), "a rule for the dates of lines")}),
        "past": table(dict.fromkeys(PAST, column), "date of the past"),
    },
    required=("columns",),
)


def parse(text: str, name: str) -> Mapping:
    """The mapping that a text says; raises MappingIsWrong with the lines of all mistakes."""
    try:
        return of_tree(load(text, name), text, name)
    except PolicyError as error:
        raise MappingIsWrong(str(error)) from None


def of_tree(tree: Tree, text: str, name: str) -> Mapping:
    root = Place((), [])
    found = MAPPING(tree, root)
    if isinstance(found, dict) and root.is_sound():
        says_enough(found, root)
    if not isinstance(found, dict) or root.refused:
        lines = Lines(text)
        raise PolicyError(name, [PolicyProblem(dotted(path), lines.of(path), message) for path, message in root.refused])
    dates = found.get("dates", {})
    return Mapping(
        columns=found["columns"],
        optional=frozenset(found.get("optional", ())),
        defaults=found.get("defaults", {}),
        date_formats=dates.get("formats", (ISO,)),
        takes_latest_date=dates.get("lines") == LATEST,
        past=found.get("past", {}),
    )


def says_enough(found: Tree, root: Place) -> None:
    """Whether every order would have what an order must have."""
    columns, defaults, optional = found["columns"], found.get("defaults", {}), found.get("optional", ())
    for field in REQUIRED:
        if field not in columns and field not in defaults:
            root.at("columns").at(field).refuse("is missing; every order needs one")
    for position, field in enumerate(optional):
        if field not in columns:
            root.at("optional").at(position).refuse(f"{shown(field)} has no column")
        elif field in REQUIRED and field not in defaults:
            root.at("optional").at(position).refuse(f"every order needs {shown(field)}; give it a default, or leave it out here")
    if found.get("dates", {}).get("formats") == ():
        root.at("dates").at("formats").refuse("is empty; leave it out for dates like 2027-03-31")


PLAIN = parse(PLAIN_TEXT, "plain")
BUILT_IN = {"plain": PLAIN, "scms": parse(SCMS_TEXT, "scms")}


def named(name: str | None) -> Mapping:
    """A built-in mapping, or that of a file; the plain one when none is named. Raises MappingIsWrong."""
    if name is None or name in BUILT_IN:
        return BUILT_IN[name or "plain"]
    try:
        return parse(Path(name).read_text(encoding="utf-8-sig"), name)
    except FileNotFoundError:
        raise MappingIsWrong(f"--mapping: {name} is neither built in ({', '.join(BUILT_IN)}) nor a file") from None
    except UnicodeDecodeError:
        raise MappingIsWrong(f"--mapping: {name} is not UTF-8") from None
    except OSError as error:
        raise MappingIsWrong(f"--mapping: {name} can't be read: {error.strerror}") from None
