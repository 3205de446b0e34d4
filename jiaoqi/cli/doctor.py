"""`jiaoqi doctor`: what is wrong with the plant's orders, and bringing back one whose workflow is gone."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import click
from temporalio.runtime import Runtime

from activities.store import Store
from jiaoqi.cli.engine import PATIENCE, working_engine
from jiaoqi.cli.options import FINDINGS, home_option, json_option
from jiaoqi.cli.speaking import say, worded
from jiaoqi.cli.store import of_running_stack
from jiaoqi.cli.tables import table
from jiaoqi.connection import connect
from jiaoqi.doctor.engine import Engine
from jiaoqi.doctor.examination import Examination
from jiaoqi.doctor.findings import HEADINGS, Finding, Report
from jiaoqi.doctor.rebuilding import Rebuilt, rebuild
from jiaoqi.doctor.recovery import quiet
from jiaoqi.errors import JiaoqiError
from jiaoqi.settings import Settings

EVERY = 100
"""Orders from one sign of life to the next."""


@click.command()
@home_option
@json_option
@click.option("--all", "closed", is_flag=True, help="Look at the rows of closed orders too.")
@click.option("--rebuild", "numbers", metavar="ORDER", multiple=True, help="Start an order again whose workflow is gone.")
def doctor(home: Path | None, as_json: bool, closed: bool, numbers: tuple[str, ...]) -> int:
    """Compare store and workflows, and find what keeps orders from going on; exit 1 if anything is found.

    What only lags in the store is healed by the order itself. With --rebuild nothing is looked for: the order's events make
    its state, and a new workflow carries it on; refused while one runs.
    """
    settings = Settings.load(home)
    # Whoever has no engine at all is told before anything is opened.
    _ = settings.temporal_address
    # The SDK's core tells its troubles on standard output, where the report belongs.
    Runtime.set_default(quiet(), error_if_already_set=False)
    with of_running_stack(home) as store:
        store.ping()
        if numbers:
            return asyncio.run(bring_back(store, settings, numbers, as_json))
        report = asyncio.run(examined(store, settings, closed))
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2) if as_json else told(report))
    return FINDINGS if report.findings else 0


async def examined(store: Store, settings: Settings, closed: bool) -> Report:
    engine = Engine(await connect(settings, patience=PATIENCE), settings.temporal_address)
    return await Examination(store, engine, progress()).run(closed=closed)


async def bring_back(store: Store, settings: Settings, numbers: Iterable[str], as_json: bool) -> int:
    """One after the other: what is refused keeps none of the others."""
    client, _ = await working_engine(settings)
    engine, status = Engine(client, settings.temporal_address), 0
    for number in dict.fromkeys(numbers):
        try:
            rebuilt = await rebuild(store, engine, number)
        except JiaoqiError as refusal:
            say(f"jiaoqi: {refusal}", to_stderr=True)
            status = max(status, refusal.exit_code)
        else:
            click.echo(json.dumps(asdict(rebuilt), ensure_ascii=False) if as_json else worded(described(rebuilt)))
    return status


def described(rebuilt: Rebuilt) -> str:
    asked = ", ".join(rebuilt.open_tasks) or "nobody"
    return f"{rebuilt.order_no} goes on from event {rebuilt.version}; asked: {asked}; notices on their way: {rebuilt.notices}"


def progress() -> Callable[[int], None]:
    """A line on stderr that counts, where somebody watches."""
    if not sys.stderr.isatty():
        return lambda done: None

    def show(done: int) -> None:
        if done % EVERY == 0:
            click.echo(f"\r{done} orders looked at", nl=False, err=True)

    return show


# The report as people read it.


def told(report: Report) -> str:
    return "\n\n".join([*groups(report.findings), worded(summary(report))])


def groups(findings: list[Finding]) -> Iterator[str]:
    for kind, heading in HEADINGS.items():
        of_kind = sorted((finding for finding in findings if finding.kind is kind), key=lambda finding: finding.where)
        if of_kind:
            lines = table(
                ("WHERE", "WHAT", "TO DO"), [(worded(each.where), worded(each.what), worded(todo(each))) for each in of_kind]
            )
            yield f"{worded(heading)} ({len(of_kind)})\n{indented(lines)}"


def todo(finding: Finding) -> str:
    return "nothing, it is healed" if finding.healed else finding.todo


def indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def summary(report: Report) -> str:
    orders, compared, findings, healed = report.orders, report.compared, len(report.findings), report.healed
    if not findings:
        return f"{orders} orders looked at, {compared} compared with their workflow: nothing found"
    return f"{orders} orders looked at, {compared} compared with their workflow: {findings} findings, {healed} of them healed"
