"""The checks themselves: on the kept evidence of a real run they find nothing, and whatever is tampered with they find.

The evidence is made by `python -m tests.chaos --seeds 1 --minutes 1 --keep`, then `python -m tests.chaos.sample FOLDER`.
"""

import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos import sample
from tests.chaos.checks import CHECKS
from tests.chaos.evidence import Evidence
from tests.chaos.report import Result, page
from tests.chaos.tampering import TAMPERING, a_mail_is_lost, sent

SENTENCES = {check.sentence: check for check in CHECKS}


@pytest.fixture(scope="module")
def kept() -> Evidence:
    return Evidence.load(sample.FILE)


@pytest.fixture
def evidence(kept: Evidence) -> Evidence:
    """A copy to tamper with; nothing broke, so that nothing has an excuse."""
    untroubled: Evidence = pickle.loads(pickle.dumps(replace(kept, faults=[])))  # noqa: S301 - our own; deepcopy takes ten times as long
    return untroubled


def test_on_what_really_happened_no_check_finds_anything(kept: Evidence) -> None:
    result = Result.of(kept)
    assert {sentence: verdict.wrong for sentence, verdict in zip(SENTENCES, result.verdicts, strict=True) if verdict.wrong} == {}


@pytest.mark.parametrize(("tamper", "sentence"), TAMPERING)
def test_what_was_tampered_with_is_found(tamper: Callable[[Evidence], None], sentence: str, evidence: Evidence) -> None:
    before = SENTENCES[sentence].judge(evidence).wrong
    tamper(evidence)
    assert len(SENTENCES[sentence].judge(evidence).wrong) > len(before)


def test_a_report_that_died_is_on_record_and_not_reported(evidence: Evidence) -> None:
    """Also where it went to management, since nobody was left whom it was for."""
    row = sent(evidence)
    row["state"] = "dead"
    told = {"notice_key": f"{row['notice_key']}.undeliverable.{row['recipient']}", "kind": "unowned", "task_id": None}
    evidence.rows["notice"].append({**row, **told, "recipient": "boss", "message_id": "<a.report@plant.example>"})
    for sentence in ("every notice that was asked for is on record", "nothing is on record that nobody asked for"):
        assert SENTENCES[sentence].judge(evidence).wrong == []


def test_every_check_is_tampered_with() -> None:
    assert {sentence for _, sentence in TAMPERING} == set(SENTENCES)


def test_a_check_that_looked_at_nothing_fails() -> None:
    nothing = Evidence(1, "sqlite", rows={"event": [], "task": [], "notice": [], "outbox": [], "inbox_log": []})
    passes = {sentence for sentence, check in SENTENCES.items() if not check.judge(nothing).wrong}
    assert passes == {sentence for sentence, check in SENTENCES.items() if check.may_be_empty}


def test_the_page_shows_every_check_and_its_violations(evidence: Evidence) -> None:
    a_mail_is_lost(evidence)
    shown = page([Result.of(evidence)], minutes=1)
    assert all(f"| {sentence} |" in shown for sentence in SENTENCES)
    assert "| what is on record as sent has arrived |" in shown and "/tmp" not in shown
