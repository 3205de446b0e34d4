"""The plant's closed words: every one has a name in every language."""

import dataclasses
import inspect
import re
from enum import StrEnum
from typing import get_args

import pytest
from pydantic import BaseModel

from activities import policy_file
from activities.audit.posting import AUDIT_HEAD
from activities.digest.post import DIGEST
from activities.mail.words import TEMPLATES, Words
from activities.reviews.post import MISSED
from activities.training.post import TRAINING
from api import customer_forms, forms
from workflows.rules import consequences
from workflows.types import answers, events, orders
from workflows.types.reviews import ReviewKind
from workflows.types.slack import Blame
from workflows.types.words import (
    DeliveryState,
    Department,
    Kind,
    Language,
    Lateness,
    NoticeState,
    OrderStatus,
    Priority,
    Risk,
    Stage,
    TaskStatus,
)

NAMED: dict[str, tuple[type[StrEnum], ...]] = {
    "stages": (Stage,),
    "statuses": (OrderStatus, TaskStatus),
    "risks": (Risk,),
    "lateness": (Lateness,),
    "deliveries": (DeliveryState,),
    "notices": (NoticeState,),
    "priorities": (Priority,),
    "departments": (Department,),
    "tasks": (Kind,),
    "todo": (Kind,),
    "causes": (Blame,),
}
TABLES = [table.name for table in dataclasses.fields(Words)]
CHINESE = [Language.ZH_HANT, Language.ZH_HANS]
PLACEHOLDER = re.compile(r"\{(\w+)\}")
FORMS: list[type[BaseModel]] = [
    *(form for outcomes in answers.OUTCOMES.values() for form in outcomes.values()),
    *(answers.Progress, answers.Defect, answers.Issue, orders.Customer, orders.Line),
    *(forms.OrderIn, forms.CompleteIn, forms.CorrectIn, forms.ExtendIn, forms.SnoozeIn, forms.AssignIn),
    *(forms.RepromiseIn, forms.AmendIn, forms.HoldIn, forms.ReasonIn),
    *(customer_forms.WishIn, customer_forms.DeclineIn, customer_forms.ReceivedIn, customer_forms.RefusedIn),
    *(customer_forms.FeedbackIn, customer_forms.Complaint, customer_forms.ComplaintIn),
    *(forms.ImprovementIn, forms.DecisionIn),
]
SCOPES: dict[str, type[BaseModel]] = {
    "progress": answers.Progress,
    "decline": customer_forms.DeclineIn,
    "wish": customer_forms.WishIn,
    "improvement": forms.ImprovementIn,
    "decision": forms.DecisionIn,
    "complaint": customer_forms.ComplaintIn,
}
"""What forms that are no outcome call their fields by."""


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("table", NAMED)
def test_a_word_has_exactly_one_name(table: str, language: Language) -> None:
    assert set(getattr(Words.of(language), table)) == {word.value for words in NAMED[table] for word in words}


@pytest.mark.parametrize("language", CHINESE)
@pytest.mark.parametrize("table", TABLES)
def test_all_languages_name_the_same_with_the_same_values_in_it(table: str, language: Language) -> None:
    english, other = getattr(Words.of(Language.EN), table), getattr(Words.of(language), table)
    assert list(other) == list(english)
    for word in english:
        assert sorted(PLACEHOLDER.findall(other[word])) == sorted(PLACEHOLDER.findall(english[word])), word
        assert other[word].strip() == other[word] != ""


@pytest.mark.parametrize("language", Language)
def test_every_mail_that_can_be_on_record_has_a_name(language: Language) -> None:
    """What orders ask for has a folder of its own; packs, digests, reminders and heads have rows of their own."""
    of_orders = {folder.name for folder in TEMPLATES.iterdir() if folder.is_dir()} - {"words", "rung"}
    rungs = {rung.name for rung in policy_file.default().ladder}
    others = {*(f"{kind}_review" for kind in ReviewKind), MISSED, DIGEST, TRAINING, AUDIT_HEAD}
    assert set(Words.of(language).mails) == of_orders | rungs | others


def test_every_outcome_and_every_field_has_a_name() -> None:
    words = Words.of(Language.EN)
    for kind, outcomes in answers.OUTCOMES.items():
        for outcome, form in outcomes.items():
            assert words.outcome(kind, outcome)
            assert all(words.field(name, outcome) for name in form.model_fields)
    assert {name for form in FORMS for name in form.model_fields} <= set(words.fields)


def test_no_outcome_or_field_is_named_that_is_not_there() -> None:
    words = Words.of(Language.EN)
    kinds = {f"{kind}.{outcome}" for kind, outcomes in answers.OUTCOMES.items() for outcome in outcomes}
    names = {
        f"{outcome}.{name}"
        for outcomes in answers.OUTCOMES.values()
        for outcome, f in outcomes.items()
        for name in f.model_fields
    }
    assert set(words.outcomes) <= kinds | {name.partition(".")[2] for name in kinds}
    names |= {f"{scope}.{name}" for scope, form in SCOPES.items() for name in form.model_fields}
    assert {name for name in words.fields if "." in name} <= names


def test_every_event_has_a_name() -> None:
    types = get_args(get_args(events.Happening)[0])
    assert set(Words.of(Language.EN).events) == {type_.model_fields["type"].default for type_ in types}


def test_what_a_choice_offers_has_a_name() -> None:
    words = Words.of(Language.EN)
    assert set(words.modes) == set(get_args(answers.Mode))
    assert set(words.rests) == set(get_args(answers.ShipPart.model_fields["rest"].annotation))
    assert set(words.issue_kinds) == set(get_args(answers.Issue.model_fields["kind"].annotation))


def test_every_consequence_has_a_name() -> None:
    said = re.findall(r'"(planned_anew|shipment_\w+)"|"what": "(\w+)"', inspect.getsource(consequences))
    assert set(Words.of(Language.EN).consequences) == {one or other for one, other in said}
