"""Mapping files: what they say, and every mistake in them with its line."""

import re
from pathlib import Path

import pytest

from activities.importing import FileCannotBeRead, FileOrder, gather, opened, survey
from activities.importing.mapping_file import BUILT_IN, MappingIsWrong, named, parse

DOC = Path(__file__).parents[2] / "docs" / "importing.md"
COLUMNS = '[columns]\norder_no = "No"\ncustomer = "Who"\nproduct_model = "What"\nquantity = "How many"\nrequested_date = "When"\n'
HEAD = "No,Who,What,How many,When"


def orders(folder: Path, mapping: str, *lines: str) -> list[FileOrder]:
    file = folder / "orders.csv"
    file.write_text("\n".join(lines))
    opened_file = opened(file, parse(mapping, "m.toml"))
    return list(gather(opened_file, survey(opened_file)))


def test_the_example_of_the_documentation_does_what_it_says(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOC.read_text(), re.DOTALL)
    head = "Auftrag;Kunde;Werk;Artikel;Menge;Wunschtermin;Bemerkung"
    rows = ("A-1;Nordwerk;Kiel;Pumpe;3;31.03.2027;eilt", "A-1;Nordwerk;Kiel;Ventil;1;2027-04-02;")
    (found,) = orders(tmp_path, example, head, *rows)
    assert found.faults == ()
    assert found.body == {
        "order_no": "A-1",
        "customer": {"name": "Nordwerk Kiel", "language": "en"},
        "lines": [
            {"product_model": "Pumpe", "quantity": 3, "unit": "set"},
            {"product_model": "Ventil", "quantity": 1, "unit": "set"},
        ],
        "requested_date": "2027-04-02",
        "note": "eilt",
    }


def test_a_default_holds_where_the_file_says_nothing(tmp_path: Path) -> None:
    mapping = f'optional = ["quantity", "priority"]\n{COLUMNS}priority = "Haste"\n[defaults]\nquantity = 7\npriority = "rush"\n'
    empty, said = orders(tmp_path, mapping, f"{HEAD},Haste", "A-1,W,X,,2027-03-31,", "A-2,W,X,2,2027-03-31,normal")
    assert (empty.body["lines"][0]["quantity"], empty.body["priority"]) == (7, "rush")
    assert (said.body["lines"][0]["quantity"], said.body["priority"]) == (2, "normal")
    (lacking,) = orders(tmp_path, mapping, HEAD.replace(",How many", ""), "A-1,W,X,2027-03-31")
    assert (lacking.body["lines"][0]["quantity"], lacking.faults) == (7, ())


def test_a_date_in_another_form_is_told_the_form_that_is_meant(tmp_path: Path) -> None:
    (found,) = orders(tmp_path, f'{COLUMNS}[dates]\nformats = ["%d.%m.%Y"]\n', HEAD, "A-1,W,X,1,2027-03-31")
    assert found.faults == ((2, "When", "'2027-03-31' is no date; write it as %d.%m.%Y, such as 31.03.2027"),)


def test_every_column_that_a_mapping_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(FileCannotBeRead, match="has no column 'Note'"):
        orders(tmp_path, f'{COLUMNS}note = "Note"\n', HEAD)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[columns", "1: not valid TOML: "),
        ("", "1: columns: is missing"),
        ("[columns]\n", "1: columns.order_no: is missing; every order needs one"),
        (COLUMNS.replace("quantity", "quantitty"), '5: columns.quantitty: unknown field; did you mean "quantity"?'),
        (COLUMNS.replace('"How many"', "5"), "5: columns.quantity: 5 is not a column's name, nor a list of them"),
        (COLUMNS.replace('"How many"', "[]"), "5: columns.quantity: a list is not a column's name, nor a list of them"),
        (COLUMNS.replace('"How many"', '""'), '5: columns.quantity: "" is not a column\'s name, nor a list of them'),
        (f'optional = ["unit"]\n{COLUMNS}', '1: optional[1]: "unit" has no column'),
        (f'optional = ["customer"]\n{COLUMNS}', '1: optional[1]: every order needs "customer"; give it a default'),
        (f'{COLUMNS}[defaults]\norder_no = "A"\n', "8: defaults.order_no: unknown field with a default"),
        (f'{COLUMNS}[defaults]\nquantity = "3"\n', '8: defaults.quantity: "3" is not a whole number from 1'),
        (f"{COLUMNS}[defaults]\nquantity = true\n", "8: defaults.quantity: true is not a whole number from 1"),
        (f'{COLUMNS}[defaults]\npriority = "urgent"\n', '8: defaults.priority: "urgent" is not a priority; write one of'),
        (f'{COLUMNS}[dates]\nformats = ["%d.%m."]\n', '8: dates.formats[1]: "%d.%m." is not a format of a date'),
        (f'{COLUMNS}[dates]\nformats = ["%Q"]\n', '8: dates.formats[1]: "%Q" is not a format of a date'),
        (f"{COLUMNS}[dates]\nformats = []\n", "8: dates.formats: is empty; leave it out"),
        (f'{COLUMNS}[dates]\nlines = "first"\n', '8: dates.lines: "first" is not a rule for the dates of lines'),
        (f"{COLUMNS}[colours]\n", "7: colours: unknown key"),
    ],
)
def test_a_mistake_in_a_mapping_is_told_with_its_line(text: str, mistake: str) -> None:
    with pytest.raises(MappingIsWrong) as wrong:
        parse(text, "m.toml")
    assert str(wrong.value).startswith(f"m.toml:{mistake}")
    assert wrong.value.exit_code == 2


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(MappingIsWrong) as wrong:
        parse(f'{COLUMNS}colour = "Red"\n[defaults]\nunit = 5\n', "m.toml")
    assert [line.split(":")[1] for line in str(wrong.value).splitlines()] == ["7", "9"]


def test_a_mapping_is_built_in_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_bytes(b"\xef\xbb\xbf" + COLUMNS.encode())
    assert named(str(file)) == parse(COLUMNS, "m.toml")
    assert named(None) is named("plain") is BUILT_IN["plain"]
    file.write_bytes(b"\xff")
    for name, reason in (("sap", "is neither built in"), (str(file), "is not UTF-8"), (str(tmp_path), "can't be read: Is a dir")):
        with pytest.raises(MappingIsWrong, match=reason):
            named(name)
