"""Who has to decide an amendment reads in the mail what is wanted; the customer never sees it."""

from datetime import date

import pytest

from activities.languages import Tongue
from activities.mail import facts
from activities.mail.words import Words
from tests.mail.samples import matter, task, written
from workflows.types.orders import Amendment, Line
from workflows.types.words import Kind, Language

WISH = Amendment(
    reason="less <is> needed",
    by="sales1",
    lines=(Line(product_model="P-7", quantity=60),),
    requested_date=date(2026, 12, 24),
    ship_to="Dock 3",
)


def told(language: Language, wish: Amendment | None) -> dict[str, tuple[str, ...]]:
    about = matter(task=task(Kind.DECIDE_AMENDMENT, amendment=wish, quantities=None))
    return {fact.label: fact.lines for fact in facts.for_staff(about, Words.of(language), Tongue.of(language))}


@pytest.mark.parametrize("language", Language)
def test_the_wish_is_told_in_every_language(language: Language) -> None:
    labels, found = Words.of(language).labels, told(language, WISH)
    line = labels["line"].format(number=1, model="P-7", quantity=60, unit="pcs")
    names = ("wish_reason", "wish_lines", "wish_requested", "wish_ship_to")
    day = written("2026-12-24", language)
    assert [found[labels[name]] for name in names] == [("less <is> needed",), (line,), (day,), ("Dock 3",)]


def test_what_stays_is_not_told() -> None:
    labels = Words.of(Language.EN).labels
    found = told(Language.EN, WISH.model_copy(update={"lines": None, "requested_date": None}))
    assert labels["wish_ship_to"] in found
    assert not {labels["wish_lines"], labels["wish_requested"]} & found.keys()
    assert labels["wish_reason"] not in told(Language.EN, None)


def test_the_customer_is_told_nothing_of_it() -> None:
    labels = Words.of(Language.EN).labels
    about = matter(task=task(Kind.DECIDE_AMENDMENT, amendment=WISH, quantities=None))
    shown = {fact.label for fact in facts.for_customer(about, Words.of(Language.EN), Tongue.of(Language.EN))}
    assert not shown & {label for name, label in labels.items() if name.startswith("wish_")}
