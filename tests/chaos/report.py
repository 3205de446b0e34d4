"""The report: a page of prose and a table for each seed."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import dedent

from tests.chaos.checks import CHECKS
from tests.chaos.diary import OK, REFUSED, UNKNOWN
from tests.chaos.evidence import Evidence
from tests.chaos.verdicts import Verdict

PROSE = """\
    # Reliability: what holds while everything breaks

    This page is written by `make chaos`; change `tests/chaos/report.py`, not the page.

    ## What is done

    One seed is one whole plant, started from nothing: a Temporal server with its file, the store, two workers, two APIs
    and a mail server, each a process of its own. Every process reaches every other through a link of its own, a small TCP
    proxy. A dozen people work through HTTP alone, alone and against each other: they enter orders (some twice, some under
    one number at once), answer, race for the same task, claim, snooze, hold, re-promise, amend, decide on amendments,
    mend answers, cancel, repeat what they said, and try what they may not. Deadlines are seconds, so that reminders,
    escalations and stale mail happen all the time.

    Meanwhile faults are played, two at a time. The seed decides which, when, on what and for how long, what people
    answer to which task, and which orders are entered how. Then the faults stop, every order is driven to its end, all
    mail goes out, and a checker looks from outside: at the answers that callers got, through HTTP, in the store's tables
    by SQL, in the engine by `temporal workflow list`, `describe` and `query`, in the mail server's box and in all logs.

    | fault | what it is |
    |---|---|
    | kill -9 | of one process, several, or all; PostgreSQL with its children. A supervisor starts it again after a pause |
    | freeze | SIGSTOP for seconds, then SIGCONT |
    | bad link | latency; throttle; reset; blackhole (accepts, swallows); stall (holds back, then delivers); refuse |
    | mail server | answers 421, 451 or 550; hangs after the final dot, accepting or not; is away |
    | full disk | the store or the engine stands on a small disk, on which not a byte is left |
    | locked store | somebody else holds the store's lock for seconds, as a backup or a migration would |

    ## How to run it

    ```
    make chaos ARGS="--seeds 1,2,3 --minutes 4"          # PostgreSQL; --store sqlite for the other store
    make chaos ARGS="--seeds 7 --minutes 1 --report ''"  # short, and this page stays as it is
    ```

    It needs PostgreSQL's server programs (or `--store sqlite`). Disks of their own need the right to mount; without it a
    full disk is a limit on the size of files, and the table says so. It ends with 1 when a check finds a violation; then
    the folder with journals, logs and databases is kept, and named. One seed takes its minutes and two or three more for
    the settling: mail whose sender was killed is tried again after 40 s, and refused mail after a minute at most.

    ## How to read the tables

    Every check says how many things it looked at: a check that looked at nothing fails, but for those that depend on
    chance. An `unknown` call is one that got no answer, or 503; people repeat most of them under the same key, and leave
    the others open. The engine forgets nothing it acknowledged and SMTP knows no exactly-once: a mail may come again when
    a fault fell between the server's answer and our record of it. A mail counts as sent about a closed task when its own
    Date, which is when its sender last looked, lies behind the moment at which somebody was told that the task is closed;
    and the Date is believed only when the mail arrives within the time of one line, or a fault held it up.
    `traceback` means a line in any log that begins one, or a task's exception that was never retrieved, or a panic of the
    engine; one line that says what is away is as it should be.
    """


@dataclass(frozen=True)
class Result:
    evidence: Evidence
    verdicts: list[Verdict]

    @classmethod
    def of(cls, evidence: Evidence) -> "Result":
        return cls(evidence, [check.judge(evidence) for check in CHECKS])

    @property
    def violations(self) -> int:
        return sum(len(verdict.wrong) for verdict in self.verdicts)


def page(results: list[Result], minutes: float) -> str:
    today = datetime.now(UTC).date().isoformat()
    last = f"\n## The last run\n\n{today}: {len(results)} seeds of {minutes:g} minutes.\n"
    return dedent(PROSE) + last + "".join(f"\n{section(result)}" for result in results)


def section(result: Result) -> str:
    evidence = result.evidence
    rows = [*figures(evidence), *((f"fault: {name}", str(count)) for name, count in faults(evidence))]
    return "\n".join(
        [
            f"### Seed {evidence.seed}, {evidence.store}",
            "",
            "| | |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in rows),
            "",
            "| check | looked at | violations |",
            "|---|---|---|",
            *(
                f"| {check.sentence} | {verdict.looked} | {len(verdict.wrong)} |"
                for check, verdict in zip(CHECKS, result.verdicts, strict=True)
            ),
            "",
        ]
    )


def figures(evidence: Evidence) -> list[tuple[str, str]]:
    told = Counter(call.told for call in evidence.calls)
    statuses = Counter(order.now["status"] for order in evidence.orders.values())
    tasks = sum(len(order.tasks) for order in evidence.orders.values())
    copies = len(evidence.mails) - len({mail["message_id"] for mail in evidence.mails})
    return [
        ("calls ok · refused · unknown", f"{told[OK]} · {told[REFUSED]} · {told[UNKNOWN]}"),
        ("orders (completed · cancelled)", f"{len(evidence.orders)} ({statuses['completed']} · {statuses['cancelled']})"),
        ("tasks", str(tasks)),
        ("mails (of them copies)", f"{len(evidence.mails)} ({copies})"),
        ("disks", "file systems of their own" if evidence.real_disks else "no right to mount: limits on the size of files"),
        ("faults", str(len(evidence.faults))),
    ]


def faults(evidence: Evidence) -> list[tuple[str, int]]:
    return sorted(Counter(fault.name for fault in evidence.faults).items())
