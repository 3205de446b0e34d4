"""A rehearsal as CSV: one row for each order and policy."""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from activities.importing.report_form import harmless
from activities.importing.tables import FileCannotBeRead
from jiaoqi.rehearsing.course import Lost
from jiaoqi.rehearsing.figures import days_before, first_told
from jiaoqi.rehearsing.play import Played
from workflows.rules.calendar import Calendar
from workflows.types.policy import Policy
from workflows.types.words import Risk

OF_ORDERS = ("order_no", "policy", "entered", "entry_is_known", "promised", "delivered", "recorded", "was_late")
OF_WARNINGS = ("at_risk_told", "late_told", "days_before")


def check_place(rows: Path, file: Path) -> None:
    """Whether rows can be written there, asked before anything is rehearsed. Raises FileCannotBeRead."""
    if rows.exists() and rows.samefile(file):
        raise FileCannotBeRead(rows, "--csv: this is the file that is rehearsed; choose another")
    try:
        rows.open("a").close()
    except OSError as error:
        raise FileCannotBeRead(rows, f"--csv: can't be written: {error.strerror}") from error


def write(rows: Path, policies: Sequence[Policy], played: Sequence[Sequence[Played]]) -> None:
    """In the order of the file, and of an order in that of the policies; mails where the time was lost evenly."""
    kinds = sorted({mail.kind for each in played for under in each for mail in under.told[Lost.EVENLY].mails})
    # Excel takes a file without the mark for one in an older encoding.
    with rows.open("w", encoding="utf-8-sig", newline="") as text:
        out = csv.writer(text)
        out.writerow(
            [
                *OF_ORDERS,
                *(f"{word}_{lost.replace(' ', '_')}" for lost in Lost for word in OF_WARNINGS),
                "sales_asked",
                "mails",
                *kinds,
            ]
        )
        for each in played:
            for policy, under in zip(policies, each, strict=True):
                out.writerow([*of_order(under, policy), *of_mails(under, kinds)])


def of_order(played: Played, policy: Policy) -> Iterator[object]:
    order, calendar = played.order, Calendar.of(policy.plant)
    yield harmless(order.order_no)
    yield harmless(policy.version)
    yield calendar.day_of(played.course.entered)
    yield "yes" if order.entered else "no"
    yield from (order.promised, order.delivered, order.recorded)
    yield "yes" if order.was_late else "no"
    for lost in Lost:
        at = first_told(played, lost)
        yield written(played.told[lost].warned.get(Risk.AT_RISK))
        yield written(played.told[lost].warned.get(Risk.LATE))
        yield days_before(played, at, calendar) if at else ""


def of_mails(played: Played, kinds: Sequence[str]) -> Iterator[int]:
    told = played.told[Lost.EVENLY]
    mails = told.mails
    yield len(told.kept)
    yield sum(mails.values())
    yield from (sum(count for mail, count in mails.items() if mail.kind == kind) for kind in kinds)


def written(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""
