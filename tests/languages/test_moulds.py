"""Which sentence an English text was made from."""

from time import perf_counter

import pytest

from activities.languages import Tongue
from activities.languages.moulds import LONGEST, Mould
from workflows.types.words import Language

HANT = Tongue.of(Language.ZH_HANT)


@pytest.mark.parametrize(
    ("template", "text", "values"),
    [
        ("lies in the past", "lies in the past", {}),
        ("is above {most}", "is above 12", {"most": "12"}),
        ("{id} is for {department}", "A-1.inspect.1 is for quality", {"id": "A-1.inspect.1", "department": "quality"}),
        ("{a}, {b}", "x, y, z", {"a": "x", "b": "y, z"}),
        ("item{s}", "item", {"s": ""}),
        ("unknown {what}{hint}", "unknown key", {"what": "key", "hint": ""}),
        ("unknown {what}{hint}", "unknown key; write one of a, b", {"what": "key", "hint": "; write one of a, b"}),
        ("{{{gap}}}", "{7*7}", {"gap": "7*7"}),
        ("is above {most}", "is below 12", None),
        ("{id} is for {department}", "A-1 is not for you", None),
        ("there is no {what}", "there is no", None),
        ("aa{gap}a", "aa", None),
    ],
)
def test_a_mould_fits(template: str, text: str, values: dict[str, str] | None) -> None:
    assert Mould(template).fit(text) == values


def test_what_people_typed_stays_as_it_is() -> None:
    """Even where it reads like a sentence or a word of ours."""
    for typed in ("lies in the past", "open", "{reason}", "{0.__class__}", "order A"):
        assert HANT.said(f"the order is on hold: {typed}").endswith(typed)


def test_ours_is_translated_in_the_gaps_too() -> None:
    assert "order" not in HANT.said("there is no order A-1")
    assert "A-1" in HANT.said("there is no order A-1")
    assert "品管部" in HANT.said("A-1.inspect.1 is for quality")


def test_what_nobody_translated_stays_english() -> None:
    assert HANT.said("the moon is made of cheese") == "the moon is made of cheese"


def test_long_texts_made_to_be_slow_are_not() -> None:
    hostile = ("x is answered by y, not by " * LONGEST)[: LONGEST - 1]
    began = perf_counter()
    HANT.said(hostile)
    assert perf_counter() - began < 0.2
    assert HANT.said("z" * 1_000_000) == "z" * 1_000_000


def test_english_is_what_was_said() -> None:
    text = "there is no order A-1"
    assert Tongue.of(Language.EN).said(text) is text
