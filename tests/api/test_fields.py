"""Fields of a form: made of the model that a deed takes, and back to what the deed reads."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from activities.languages import Tongue
from activities.languages.bidi import tamed
from api import forms
from api.pages.forms import fields
from api.pages.forms.basis import Basis
from api.pages.forms.fields import Sheet
from api.problems import Problem
from workflows.types import answers
from workflows.types.orders import Line
from workflows.types.refusals import Fault
from workflows.types.words import Kind, Language

LINES = (Line(product_model="Pump 7", quantity=120), Line(product_model="Valve 2", quantity=10, unit="box"))
CASE = Basis(zone="Asia/Taipei", today=date(2027, 3, 1), lines=LINES, quantities={"1": 120, "2": 10})
ENGLISH = Tongue.of(Language.EN)
EVERY = [(kind, name, model) for kind in Kind for name, model in answers.OUTCOMES[kind].items()]


def first(sheet: Sheet, scope: str = "form") -> dict[str, str]:
    """What a browser would send of a form that nobody touched."""
    boxes = [box for top in sheet.shown(ENGLISH, scope=scope) for box in top.walk() if not box.boxes and not box.rows]
    return {box.name: box.value for box in boxes if box.look != "tick" or box.value == "true"}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(("kind", "outcome", "model"), EVERY)
def test_every_outcome_has_its_form_in_every_language(
    kind: Kind, outcome: str, model: type[BaseModel], language: Language
) -> None:
    boxes = Sheet.of(model, CASE).shown(Tongue.of(language), scope=outcome)
    assert [box.name for box in boxes] == [f"fields/{name}" for name in model.model_fields]
    assert all(box.label for top in boxes for box in top.walk())
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    assert {box.name.removeprefix("fields/") for box in boxes if box.is_required} == required


@pytest.mark.parametrize(("kind", "outcome", "model"), EVERY)
def test_a_form_that_nobody_touched_gives_only_what_it_showed(kind: Kind, outcome: str, model: type[BaseModel]) -> None:
    sheet = Sheet.of(model, CASE)
    read = sheet.read(first(sheet))
    quantities = {name for name in model.model_fields if name in ("failed", "scrap", "damaged")}
    shown = {name: dict.fromkeys(("1", "2"), 0) for name in quantities}
    maps = {name: {"1": 120, "2": 10} for name in ("good", "inspected", "accepted", "received", "quantities")}
    expected = shown | {name: value for name, value in maps.items() if name in model.model_fields}
    empty: dict[str, Any] = {"defects": []} if outcome == "fail" else {}
    assert read == expected | empty


@pytest.mark.parametrize(
    ("model", "typed", "read"),
    [
        (answers.Produced, {"fields/good/1": "118", "fields/good/2": ""}, {"good": {"1": 118, "2": 10}}),
        (answers.Produced, {"fields/good/1": "", "fields/good/2": " "}, {}),
        (
            answers.Produced,
            {"fields/good/1": "many", "fields/note": " a\r\n\tb "},
            {"good": {"1": "many", "2": 10}, "note": "a b"},
        ),
        (answers.Dispatched, {"fields/shipped_at": "2027-03-01T10:00"}, {"shipped_at": "2027-03-01T10:00:00+08:00"}),
        (answers.Dispatched, {"fields/shipped_at": "2027-03-01"}, {"shipped_at": "2027-03-01"}),
        (answers.Dispatched, {"fields/shipped_at": "soon"}, {"shipped_at": "soon"}),
        (answers.Repromise, {"fields/customer_agreed": "false"}, {"customer_agreed": False}),
        (answers.Repromise, {"fields/customer_agreed": "perhaps"}, {"customer_agreed": "perhaps"}),
        (answers.Answered, {"fields/csat": "5", "fields/nps": ""}, {"csat": 5}),
        (
            answers.Failed,
            {"fields/defects/7/code": "D", "fields/defects/2/code": "C"},
            {"defects": [{"code": "C"}, {"code": "D"}]},
        ),
        (answers.Failed, {"fields/defects/x/code": "D", "fields/defects/0/evil": "C"}, {"defects": []}),
    ],
)
def test_what_was_typed_becomes_what_the_deed_reads(model: type[BaseModel], typed: dict[str, str], read: dict[str, Any]) -> None:
    assert Sheet.of(model, CASE).read(typed) == read


def test_an_hour_that_comes_twice_is_the_first_of_the_two() -> None:
    basis = Basis(zone="Europe/Berlin", today=date(2026, 10, 25))
    read = Sheet.of(answers.Dispatched, basis).read({"fields/shipped_at": "2026-10-25T02:30"})
    assert read == {"shipped_at": "2026-10-25T02:30:00+02:00"}


def test_an_instant_is_shown_as_the_plants_clocks_show_it() -> None:
    basis = Basis(zone="Asia/Taipei", today=date(2027, 3, 1), suggested={"shipped_at": datetime(2027, 3, 1, 2, 5, tzinfo=UTC)})
    sheet = Sheet.of(answers.Dispatched, basis)
    assert first(sheet)["fields/shipped_at"] == "2027-03-01T10:05"
    assert sheet.read(first(sheet)) == {"shipped_at": "2027-03-01T10:05:00+08:00"}


def test_what_stands_is_shown_and_not_sent() -> None:
    basis = Basis(zone="Asia/Taipei", today=date(2027, 3, 1), stands={"lines": LINES, "ship_to": "Gate 4"})
    sheet = Sheet.of(answers.Revise, basis)
    untouched = first(sheet)
    assert (untouched["fields/lines/1/unit"], untouched["fields/ship_to"]) == ("box", "Gate 4")
    assert sheet.read(untouched) == {}
    assert sheet.read(
        {**untouched, "fields/lines/1/product_model": "", "fields/lines/1/quantity": "", "fields/lines/1/unit": ""}
    ) == {"lines": [{"product_model": "Pump 7", "quantity": 120, "unit": "pcs"}]}


def test_a_fault_stands_beside_the_row_that_was_sent() -> None:
    typed = {"fields/defects/0/code": "", "fields/defects/5/code": "D"}
    problem = Problem(
        422,
        "invalid",
        "",
        [
            Fault(pointer="/fields/defects/0/quantity", message="missing"),
            Fault(pointer="/fields/failed/9", message="no such line"),
            Fault(pointer="/outcome", message="unknown"),
        ],
    )
    boxes = Sheet.of(answers.Failed, CASE).shown(ENGLISH, typed, problem, "fail")
    assert {box.name: box.fault for box in fields.faulty(boxes)} == {
        "fields/failed": "no such line",
        "fields/defects/0/quantity": "missing",
    }
    assert fields.elsewhere(problem, boxes) == ["unknown"]


def test_a_row_more_is_an_empty_one() -> None:
    typed = {"fields/defects/0/code": "D", "more": "fields/defects"}
    assert fields.asks_for_more(typed)
    (defects,) = [box for box in Sheet.of(answers.Failed, CASE).shown(ENGLISH, typed) if box.name == "fields/defects"]
    assert [[box.value for box in row] for row in defects.rows] == [["D", "", ""], ["", "", ""]]


def test_a_body_whose_members_are_the_fields_themselves() -> None:
    sheet = Sheet.of(forms.OrderIn, Basis(zone="Asia/Taipei", today=date(2027, 3, 1)), "")
    typed = {"order_no": "PO-1", "customer/name": "Fab", "customer/language": "zh-Hant", "lines/0/quantity": "3"}
    assert sheet.read(typed) == {
        "order_no": "PO-1",
        "customer": {"name": "Fab", "language": "zh-Hant"},
        "lines": [{"quantity": 3}],
    }


@pytest.mark.parametrize("name", ["Pump 7", "\u202aPump 7", "Cafe\u0301 pump", "\uf900機"])
def test_what_no_page_gives_back_as_it_is_was_not_changed(name: str) -> None:
    """Characters that turn the direction are not shown, and what is typed is composed: neither makes another product."""
    stands = {"lines": (Line(product_model=name, quantity=5), LINES[1]), "ship_to": f"Dock {name}"}
    sheet = Sheet.of(forms.AmendIn, Basis(zone="Asia/Taipei", today=date(2027, 3, 1), stands=stands), place="")
    shown = {field: str(tamed(value)) for field, value in first(sheet).items()}
    assert sheet.read(shown) == {}
    read = sheet.read({**shown, "lines/1/quantity": "11"})
    assert [line["product_model"] for line in read.pop("lines")] == [name, "Valve 2"]
    assert read == {}
