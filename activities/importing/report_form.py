"""The form of a report: the refused rows as the file has them, behind the reasons; it can be mended and imported."""

from collections.abc import Sequence

HEAD = ("import_row", "import_column", "import_reason")
"""Whatever begins with these columns is a report."""
ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet would calculate: a file from outside could then run what it likes."""
QUOTE = "'"


def is_report(head: Sequence[str]) -> bool:
    return tuple(head[: len(HEAD)]) == HEAD


def harmless(cell: str) -> str:
    """As spreadsheets take it for text, and as `meant` undoes it."""
    return QUOTE + cell if cell.startswith((*ACTIVE, QUOTE)) else cell


def meant(cell: str) -> str:
    """What a cell of a report says; a spreadsheet that saved it may have dropped the quote already."""
    return cell.removeprefix(QUOTE) if cell.startswith(tuple(QUOTE + begin for begin in (*ACTIVE, QUOTE))) else cell
