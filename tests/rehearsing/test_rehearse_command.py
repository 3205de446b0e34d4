"""`jiaoqi rehearse` as somebody types it: three tables, rows for a spreadsheet, JSON for programs."""

import csv
import json
from pathlib import Path

import pytest

from jiaoqi.cli.main import run
from jiaoqi.rehearsing import crew

HEAD = "order_no,entered,promised,delivered,recorded"
FILE = f"""{HEAD}
KEPT,2026-11-02,2026-11-27,2026-11-26,
TIGHT,2026-11-02,2026-11-27,2026-11-27,
LATE,2026-11-02,2026-11-27,2026-12-02,
LATE,,2026-11-27,2026-11-27,
OPEN,2026-11-02,2026-11-27,,
"""
CAREFUL = 'version = "careful"\n[order]\nbuffer = "3d"\n'
LOUD = 'version = "loud"\n[departments.production]\ntask_opened = "instant"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "past.csv"
    found.write_text(FILE, encoding="utf-8")
    return found


def policy(folder: Path, name: str, text: str) -> str:
    found = folder / name
    found.write_text(text, encoding="utf-8")
    return str(found)


def rehearse(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert run(["rehearse", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def line(out: str, begin: str, nth: int = 0) -> str:
    return [each for each in out.splitlines() if each.strip().startswith(begin)][nth]


def test_it_says_what_was_in_the_file_and_what_would_have_come_of_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = rehearse(capsys, file)
    assert out.startswith("Rehearsal of past.csv: past orders from 2026-11-02 to 2026-12-02, as of the last of these days.\n")
    assert line(out, "rehearsed").endswith("  3 of 4")
    assert line(out, "left out: a line without a day of delivery").endswith("  1 of 4")
    assert line(out, "delivered late").endswith("  1 of 3   33.3%")
    assert line(out, "came in time, but later than planned").endswith("  1 of 2   50.0%")
    # Production that used up its time is told of six days before; on the way nobody can know.
    assert line(out, 'late, told "at risk or late"', 0).endswith("  1 of 1  100.0%")
    assert line(out, "working days before: p10, median, p90", 0).endswith("  6.0, 6.0, 6.0")
    assert line(out, 'false: told "at risk or late"', 0).endswith("  1 of 2   50.0%")
    assert line(out, 'late, told "at risk or late"', 2).endswith("  0 of 1    0.0%")
    assert line(out, 'false: told "at risk or late"', 2).endswith("  0 of 1    0.0%")
    assert line(out, "order_confirmed").endswith("  3")


def test_its_columns_stand_below_one_another(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = rehearse(capsys, file, "--policy", policy(tmp_path, "a.toml", CAREFUL), "--policy", policy(tmp_path, "b.toml", LOUD))
    warnings = out[out.index("WARNINGS") : out.index("\n\nMAILS")].splitlines()
    filled = [each for each in warnings if not each.startswith("time lost")]
    assert {len(each) for each in filled} == {len(warnings[0])}
    assert warnings[0].split() == ["WARNINGS", "careful", "loud"]


def test_two_policies_are_played_over_the_same_past(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    built_in = policy(tmp_path, "b.toml", 'version = "usual"\n')
    options = ("--policy", built_in, "--policy", policy(tmp_path, "a.toml", CAREFUL))
    usual, careful = json.loads(rehearse(capsys, file, *options, "--json"))["policies"]
    in_production = [each["at_risk_or_late"]["in production"]["days_before"]["p50"] for each in (usual, careful)]
    assert in_production == [6.0, 8.0]
    # Goods that a plant lets leave a day before they must have three days to spare only on paper: they are still here then.
    assert [each["at_risk_or_late"]["on the way"]["false"]["n"] for each in (usual, careful)] == [0, 2]


def test_there_is_a_row_for_each_order_and_policy(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "rows.csv"
    one, other = (policy(tmp_path, name, 'version = "same"\n') for name in ("a.toml", "b.toml"))
    rehearse(capsys, file, "--policy", one, "--policy", other, "--csv", to)
    with to.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(row["order_no"], row["policy"]) for row in rows] == [
        (number, f"same ({name})") for number in ("KEPT", "TIGHT", "LATE") for name in (one, other)
    ]
    late = rows[4]
    assert (late["entered"], late["promised"], late["delivered"], late["was_late"]) == (
        "2026-11-02",
        "2026-11-27",
        "2026-12-02",
        "yes",
    )
    assert late["at_risk_told_in_production"] == "2026-11-20T00:00:01Z"
    assert (late["days_before_in_production"], late["days_before_on_the_way"]) == ("6.0", "0.0")
    assert late["order_confirmed"] == "1" and int(late["mails"]) > 8
    assert [int(row["sales_asked"]) > 0 for row in rows] == [False, False, False, False, True, True]


def test_the_same_file_gives_the_same_answer_on_one_process_and_on_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"P-{n},2026-11-{2 + n % 5:02},2026-11-{20 + n % 8:02},2026-11-{18 + n % 12:02}," for n in range(45)]
    (tmp_path / "many.csv").write_text("\n".join((HEAD, *rows)), encoding="utf-8")
    alone = rehearse(capsys, tmp_path / "many.csv", "--csv", tmp_path / "alone.csv")
    monkeypatch.setattr(crew, "FEW", 0)
    assert rehearse(capsys, tmp_path / "many.csv", "--csv", tmp_path / "together.csv") == alone
    assert (tmp_path / "together.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--mapping", "scms"), "has no column 'PO / SO #'"),
        (("--policy", "wrong.toml"), "wrong.toml:2: order.buffer"),
        (("--csv", "past.csv"), "--csv: this is the file that is rehearsed"),
        (("--csv", "nowhere/rows.csv"), "--csv: can't be written"),
    ],
)
def test_what_cannot_be_used_is_told_before_anything_is_played(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, str], reason: str
) -> None:
    monkeypatch.chdir(file.parent)
    policy(file.parent, "wrong.toml", 'version = "x"\norder.buffer = "soon"\n')
    assert run(["rehearse", "past.csv", *arguments]) == 2
    said = capsys.readouterr()
    assert reason in said.err and not said.out


def test_a_file_without_a_finished_order_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "open.csv").write_text(f"{HEAD}\nOPEN,2026-11-02,2026-11-27,,\n", encoding="utf-8")
    assert run(["rehearse", str(tmp_path / "open.csv")]) == 1
    assert line(capsys.readouterr().out, "left out: a line without a day of delivery").endswith("  1 of 1")


@pytest.mark.parametrize("row", ["OPEN,2026-11-02,2026-11-27,,", ""])
def test_a_program_is_told_in_json_that_nothing_could_be_rehearsed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str
) -> None:
    (tmp_path / "open.csv").write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    assert run(["rehearse", str(tmp_path / "open.csv"), "--json", "--csv", str(tmp_path / "rows.csv")]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "file": "open.csv",
        "as_of": None,
        "orders": 0,
        "left_out": {"a line without a day of delivery": 1} if row else {},
        "known_entries": {"n": 0, "of": 0},
        "late": {"n": 0, "of": 0},
        "policies": [],
    }
    (head,) = (tmp_path / "rows.csv").read_text(encoding="utf-8-sig").splitlines()
    assert head.startswith("order_no,policy,entered,") and head.endswith(",sales_asked,mails")


def test_one_wild_date_leaves_the_rest_of_the_file_as_it_is(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(rehearse(capsys, file, "--json"))
    wild = ("FAR,2026-11-02,2026-11-27,9999-12-31,", "EARLY,2026-11-02,0001-01-01,2026-11-27,")
    file.write_text("\n".join((FILE.rstrip(), *wild)), encoding="utf-8")
    told["left_out"]["a date that cannot be true"] = 2
    assert json.loads(rehearse(capsys, file, "--json")) == told


def test_the_furthest_dates_that_can_be_true_are_rehearsed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ("A,1970-01-01,1970-01-01,1989-12-31,", "B,,1970-01-01,1970-01-01,", "C,2081-01-01,2100-12-31,2100-12-31,2100-12-31")
    (tmp_path / "ends.csv").write_text("\n".join((HEAD, *rows)), encoding="utf-8")
    assert line(rehearse(capsys, tmp_path / "ends.csv"), "rehearsed").endswith("  3 of 3")


@pytest.mark.shared_data
def test_the_example_is_rehearsed_as_it_is(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = rehearse(capsys, shared_data / "scms-orders.csv", "--mapping", "scms", "--limit", "50")
    assert line(out, "rehearsed").endswith("  50 of 50")
