"""`python -m tests.chaos`: breaks a plant while people work in it, and says whether it kept its promises."""

import asyncio
import logging
import shutil
import sys
import tempfile
from pathlib import Path

import click

from tests.chaos.checks import CHECKS
from tests.chaos.plant import POSTGRESQL, SQLITE
from tests.chaos.report import Result, page, section
from tests.chaos.running import run
from tests.endtoend.stack import ROOT

SHOWN = 10
"""Violations of one check that are printed; all of them are in the kept folder."""
PAGE = ROOT / "docs" / "reliability.md"


@click.command()
@click.option("--seeds", default="1,2,3", show_default=True, help="Numbers, with commas between.")
@click.option("--minutes", type=click.FloatRange(min=0.2), default=4.0, show_default=True, help="Of work under faults.")
@click.option("--store", type=click.Choice([POSTGRESQL, SQLITE]), default=POSTGRESQL, show_default=True)
@click.option("--report", default=str(PAGE), help="The page to rewrite; '' for none.  [default: docs/reliability.md]")
@click.option("--keep", is_flag=True, help="Keep the folder of a seed also when all is well.")
def main(seeds: str, minutes: float, store: str, report: str, keep: bool) -> None:
    """Exit 1 when anything was violated."""
    logging.basicConfig(format="%(asctime)s %(message)s")
    logging.getLogger("jiaoqi.chaos").setLevel(logging.INFO)
    results = [play(int(seed), minutes, store, keep) for seed in seeds.split(",")]
    if report:
        Path(report).write_text(page(results, minutes), encoding="utf-8")
        click.echo(f"written: {report}")
    sys.exit(1 if any(result.violations for result in results) else 0)


def play(seed: int, minutes: float, store: str, keep: bool) -> Result:
    folder = Path(tempfile.mkdtemp(prefix=f"jiaoqi-chaos-{seed}-"))
    click.echo(f"seed {seed}: {minutes:g} minutes of work under faults, in {folder}", err=True)
    result = Result.of(asyncio.run(run(folder, seed, store, minutes)))
    click.echo(section(result))
    violations = complaints(result)
    click.echo("\n".join(violations), err=True)
    if violations:
        (folder / "violations.txt").write_text("\n".join(everything_wrong(result)) + "\n", encoding="utf-8")
        click.echo(f"seed {seed}: {result.violations} violations; kept: {folder}", err=True)
    elif keep:
        click.echo(f"seed {seed}: kept: {folder}", err=True)
    else:
        shutil.rmtree(folder)
    return result


def complaints(result: Result) -> list[str]:
    """The first violations of each check."""
    told: list[str] = []
    for check, verdict in zip(CHECKS, result.verdicts, strict=True):
        told += [f"VIOLATED: {check.sentence}"] if verdict.wrong else []
        told += [f"    {what}" for what in verdict.wrong[:SHOWN]]
        told += [f"    … and {len(verdict.wrong) - SHOWN} more"] if len(verdict.wrong) > SHOWN else []
    return told


def everything_wrong(result: Result) -> list[str]:
    pairs = zip(CHECKS, result.verdicts, strict=True)
    return [f"{check.sentence}: {what}" for check, verdict in pairs for what in verdict.wrong]


if __name__ == "__main__":
    main()
