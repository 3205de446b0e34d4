"""Mails about what is no order: they say where it comes from, what it is about and what was agreed, and nothing of goods."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from jinja2 import StrictUndefined

from activities.digest.letter import LONGEST, subject_of
from activities.languages import Tongue
from activities.mail import ics
from activities.mail.letters import RUNGS, Letter, Letters
from activities.mail.recipients import UNOWNED
from activities.mail.words import Words
from tests.mail.samples import matter, notice, order, row, task
from tests.mail.test_letters import PUBLIC, Reader
from workflows import ids
from workflows.types.cases import CaseFacts, CaseState
from workflows.types.orders import Customer, OrderRow
from workflows.types.words import OF_CASES, Department, Kind, Language, Origin, Priority, Stage

LETTERS = Letters(PUBLIC, undefined=StrictUndefined)
STAFF = ("task_opened", *RUNGS, "外協催件", UNOWNED, "undeliverable")
WHAT = "surface <scratched> again 𠮷"


def case(origin: Origin = Origin.COMPLAINT, about: str | None = "JQ-1", **state: Any) -> OrderRow:
    """As its row stands among the orders: no goods, no promise, no customer's date."""
    number = ids.order_file("JQ-1") if origin is Origin.FILE else ids.improvement(7)
    customer = Customer(name="聯宏精密") if about else Customer(name="台中一廠")
    facts = CaseFacts(origin=origin, text=WHAT, department=Department.QUALITY, about=about)
    bare = {"promised": None, "first_promised": None, "expected_completion": None, "planned_ship": None, "planned_arrival": None}
    return order(
        number,
        **{**bare, "lines": (), "customer": customer, "customer_ref": None, "ship_to": None, "priority": Priority.NORMAL},
        stage=Stage.IMPROVE,
        slack_hours=None,
        case=facts,
        came_to=CaseState(**{"department": Department.QUALITY, **state}),
    )


def write(kind: str, language: Language, about: OrderRow, asked: Kind = Kind.FIND_CAUSE) -> Letter:
    asking = task(asked, about.order_no, quantities=None, stage=Stage.IMPROVE)
    level = 1 if kind in (*RUNGS, "外協催件") else 0
    data = {"kind": "overdue", "recipient": "quality1"} if kind == "undeliverable" else {}
    told = notice(kind, "assignee", order_no=about.order_no, task_id=asking.id, level=level, data=data)
    return LETTERS.write(told, row(told, language=language), matter(order=about, task=asking, holder="quality1"))


@pytest.mark.parametrize(
    ("kind", "language", "origin"),
    [
        *product(STAFF, Language, [Origin.COMPLAINT]),
        *product(["remind"], Language, [one for one in Origin if one is not Origin.COMPLAINT]),
    ],
)
def test_every_letter_of_every_case_says_what_it_is_about(kind: str, language: Language, origin: Origin) -> None:
    letter, words = write(kind, language, case(origin)), Words.of(language)
    read = Reader(letter.html)
    assert not read.open and "<scratched>" not in letter.html
    shown = " ".join(read.texts)
    for said in (letter.subject, letter.text, shown):
        assert "None" not in said and "{" not in said
    number = case(origin).order_no
    for fact in (number, words.origins[origin], WHAT, "JQ-1", "聯宏精密"):
        assert fact in letter.text and fact in shown, fact
    for goods in ("requested", "promised", "lines", "priority", "ship_to"):
        assert words.labels[goods] + words.letter["colon"] not in letter.text
    assert "\n\n\n" not in letter.text


@pytest.mark.parametrize(("asked", "language"), list(product(OF_CASES, Language)))
def test_every_question_of_a_case_is_put_in_words(asked: Kind, language: Language) -> None:
    letter, words = write("overdue", language, case(), asked), Words.of(language)
    assert words.task(asked) in letter.subject and words.todo[asked] in letter.text
    link = f"{PUBLIC}/tasks/imp%3A7.{asked}.1"
    assert link in letter.text and Reader(letter.html).links == [link]


@pytest.mark.parametrize("language", Language)
def test_what_was_found_out_and_agreed_is_told(language: Language) -> None:
    found = case(cause="worn <jig>", action="replace the jig", due=date(2026, 12, 1), rounds=2)
    letter, words = write("remind", language, found, Kind.ACT), Words.of(language)
    day = Tongue.of(language).day(date(2026, 12, 1))
    for label, fact in (("root_cause", "worn <jig>"), ("agreed_action", "replace the jig"), ("action_due", day), ("rounds", "2")):
        assert f"{words.labels[label]}{words.letter['colon']}{fact}" in letter.text


def test_a_suggestion_about_no_order_names_no_customer() -> None:
    text = write("task_opened", Language.EN, case(Origin.SUGGESTION, about=None), Kind.ASSIGN_IMPROVEMENT).text
    assert "A new task has opened for the suggestion imp:7" in text
    assert "Customer: " not in text and "About order" not in text


def test_a_critical_letter_speaks_of_no_date_that_nobody_has_promised() -> None:
    assert "customer's date" not in write("critical", Language.EN, case()).text
    assert "Please step in." in write("critical", Language.EN, case()).text


def test_a_mail_without_a_task_leads_to_the_improvement() -> None:
    told = notice("undeliverable", "management", order_no="imp:7", data={"kind": "overdue", "recipient": "quality1"})
    text = LETTERS.write(told, row(told), matter(order=case())).text
    assert f"{PUBLIC}/improvements/imp%3A7" in text and "about the complaint imp:7" in text


def test_no_letter_about_a_case_brings_a_date_into_calendars() -> None:
    for kind in STAFF:
        told = notice(kind, "assignee", order_no="imp:7")
        assert ics.entries(told, row(told), matter(order=case()), "jiaoqi@plant.example") is None


@pytest.mark.parametrize("language", Language)
def test_a_digest_names_a_case_by_its_text(language: Language) -> None:
    words, text = Words.of(language), "x" * 90
    told = subject_of(case().model_copy(update={"case": CaseFacts(origin=Origin.SUGGESTION, text=text)}), words)
    assert told == f"{words.origins[Origin.SUGGESTION]}: {'x' * (LONGEST - 1)}…"
    assert subject_of(order(), words) == "聯宏精密"


@pytest.mark.parametrize("language", Language)
def test_cases_have_all_their_words(language: Language) -> None:
    words = Words.of(language)
    assert words.origins.keys() == set(Origin) and words.results.keys() == {"effective", "done", "dropped", "complete", "waived"}
    assert words.stages.keys() == set(Stage)
    assert {"case_opened", "case_raised", "case_moved", "case_closed"} <= words.events.keys()
