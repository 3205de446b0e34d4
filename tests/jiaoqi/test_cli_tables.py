"""Tables line up in a terminal, whatever script stands in them."""

from datetime import UTC, datetime

import pytest

from jiaoqi.cli.tables import minute, table, width


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    assert table(("A", "LONG HEAD", "C"), [("大同", 1, None), ("x", "", "end")]).splitlines() == [
        "A     LONG HEAD  C",
        "大同  1          -",
        "x     -          end",
    ]


def test_a_table_without_rows_is_its_head() -> None:
    assert table(("A", "B"), []) == "A  B"


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("交期", 4), ("e\u0301", 1), ("ｗ", 2), ("", 0)])
def test_a_character_counts_as_many_columns_as_it_takes(text: str, columns: int) -> None:
    assert width(text) == columns


def test_instants_are_shown_as_the_clock_in_the_plant() -> None:
    assert minute(datetime(2026, 11, 22, 16, 30, tzinfo=UTC), "Asia/Taipei") == "2026-11-23 00:30"
    assert minute(None, "Asia/Taipei") is None
