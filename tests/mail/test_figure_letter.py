"""The delivery report as it is mailed: every figure in words, in every language, and nothing that was typed is markup."""

import ast
import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from jinja2 import StrictUndefined

from activities.figures import counting
from activities.figures.letter import FigureLetters
from activities.figures.report import NAMES, Basis, Figure, LatenessCause, Report, Unit, Wanted
from activities.mail.words import Words
from tests.mail.test_letters import Reader
from workflows.types.policy import Plant, Targets
from workflows.types.slack import Blame
from workflows.types.words import Kind, Language

NOW = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
NOVEMBER = Wanted(start=date(2026, 11, 1), end=date(2026, 12, 1))
PLANT = Plant(name="Jiali <Precision>", time_zone="Asia/Taipei")
TARGETS = Targets(on_time=0.95, first_pass_yield=0.98, csat=0.9, rework_rate=0.05)
LETTERS = FigureLetters("https://jiaoqi.example/", undefined=StrictUndefined)
HOURS = ("first_answer", "promise_answer", "cycle_time")


def figure(name: str, value: float | None, part: float | None = None, of: int = 0) -> Figure:
    unit = Unit.HOURS if name in HOURS else {"nps": Unit.SCORE, "tardiness": Unit.DAYS}.get(name, Unit.SHARE)
    return Figure(name=name, value=value, part=part, of=of, unit=unit)


def report(wanted: Wanted = NOVEMBER, **known: Figure) -> Report:
    causes = (
        LatenessCause(blame=Blame.STEP, kind=Kind.INSPECT, hours=31.5, orders=4),
        LatenessCause(blame=Blame.REWORK, kind=None, hours=1200, orders=2),
    )
    return Report(as_of=NOW, wanted=wanted, figures=tuple(known.get(name) or figure(name, None) for name in NAMES), causes=causes)


TREND = [(date(2026, 10, 1), figure("on_time", None)), (date(2026, 11, 1), figure("on_time", 41 / 43, 41, 43))]
FULL = report(
    on_time=figure("on_time", 41 / 43, 41, 43),
    csat=figure("csat", 0.5, 1, 2),
    rework_rate=figure("rework_rate", 0.04, 40, 1000),
    tardiness=figure("tardiness", None, 0).model_copy(update={"more": {"orders": 43}}),
    cycle_time=figure("cycle_time", 1234.56, None, 43).model_copy(update={"more": {"p90": 2000.25}}),
)


def test_the_months_figures_stand_against_their_targets() -> None:
    letter = LETTERS.write(FULL, TREND, Language.EN, PLANT, TARGETS)
    assert letter.subject == "Delivery report: November 2026"
    said = letter.text
    assert "As of Tue 1 Dec 2026, 08:30 Taipei. Due means: by the last promised date." in said
    assert "Delivered on time: 95.3%\n  41 of 43 · ✓ target 95.0% reached\n" in said
    assert "Satisfied customers: 50.0%\n  1 of 2 · ✖ target 90.0% missed\n" in said
    assert "Rework: 4.0%\n  40 of 1,000 · ✓ target 5.0% reached\n" in said
    assert "Order cycle time: 1,234.6 working hours\n  43 counted · nine of ten within 2,000.2 working hours\n" in said
    assert "Days late: –\n  none of 43 late\n" in said
    assert (
        "- Inspect: took longer than allowed: 31.5 working hours, orders: 4\n- Rework: 1,200 working hours, orders: 2\n" in said
    )
    assert "Month by month: Delivered on time\n- October 2026: – (nothing to count)\n- November 2026: 95.3% (41 of 43" in said
    assert "https://jiaoqi.example/figures?from=2026-11-01&to=2026-11-30\n" in said
    assert "for Jiali <Precision>." in said and "Jiali &lt;Precision&gt;" in letter.html


@pytest.mark.parametrize("language", Language)
def test_it_says_the_same_in_html_and_in_every_language(language: Language) -> None:
    letter, words = LETTERS.write(FULL, TREND, language, PLANT, TARGETS), Words.of(language)
    page = Reader(letter.html)
    assert not page.open and set(words.figures.values()) <= set(page.texts)
    for text in page.texts[2:]:
        assert all(line.strip() in letter.text for line in text.split("\n")), text
    assert page.links == ["https://jiaoqi.example/figures?from=2026-11-01&to=2026-11-30"]
    assert set(words.figures) == set(words.definitions) == set(NAMES)
    assert set(words.blames) == set(Blame) and set(words.bases) == set(Basis)


def test_filters_are_in_the_link_and_a_month_without_lateness_says_so() -> None:
    wanted = Wanted(start=date(2026, 11, 3), end=date(2026, 12, 1), basis=Basis.REQUESTED, customer="聯宏, <b>")
    quiet = report(wanted).model_copy(update={"causes": ()})
    letter = LETTERS.write(quiet, [], Language.EN, PLANT, TARGETS)
    assert letter.subject == "Delivery report: Tue 3 Nov 2026 – Mon 30 Nov 2026"
    assert "No order due in this period was late." in letter.text and "Month by month" not in letter.text
    assert "basis=requested&customer=%E8%81%AF%E5%AE%8F%2C+%3Cb%3E" in letter.text


def test_whatever_a_row_counts_as_has_a_name() -> None:
    words = Words.of(Language.EN).counted_as
    assert {word.rpartition(".")[2] for word in words} == set(said_of_rows())


def said_of_rows() -> Iterator[str]:
    """The words of `Counted.counts_as`, as the code says them."""
    for node in ast.walk(ast.parse(inspect.getsource(counting))):
        match node:
            case ast.Dict(keys=[ast.Constant(value="counts_as"), *_], values=[said, *_]):
                yield from texts(said)
            case ast.Assign(targets=[ast.Name(id="counts_as")], value=said):
                yield from texts(said)
            case ast.Call(func=ast.Name(id="by_date"), args=[_, *said]):
                yield from (text for each in said for text in texts(each))
            case ast.FunctionDef(name="undelivered", body=body):
                yield from (text for each in body if isinstance(each, ast.If | ast.Return) for text in texts(each))


def texts(node: ast.AST) -> Iterator[str]:
    yield from (each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str))
