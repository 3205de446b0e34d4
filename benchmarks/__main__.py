"""`python -m benchmarks`: measures part by part, keeps the figures in build/bench, and writes docs/performance.md of them."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import beside, deadlines, figures_at_scale, imported, inbox, report, store

KEPT = Path("build/bench")
PARTS: dict[str, Callable[[bool], Iterable[dict[str, Any]]]] = {
    "beside": lambda quick: [beside.measure(2, 40) if quick else beside.measure()],
    "imported": lambda quick: [imported.measure(50 if quick else None)],
    "store": lambda quick: store.measure(20_000 if quick else 1_000_000),
    "inbox": lambda quick: inbox.measure(2_000 if quick else 100_000),
    "figures": lambda quick: figures_at_scale.measure(20_000 if quick else 1_000_000),
    "deadlines": lambda quick: [deadlines.measure(100 if quick else 5_000)],
}
"""What measures each; a part of several databases gives its figures after each of them, so that none is lost with the next."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; everything, if nothing is named")
    parser.add_argument("--quick", action="store_true", help="small and in minutes, to see whether it works; writes no report")
    parser.add_argument("--kept", action="store_true", help="measures nothing, and writes the report of what was kept")
    parser.add_argument("--report", type=Path, default=Path("docs/performance.md"))
    asked = parser.parse_args()
    for part in asked.parts or ([] if asked.kept else PARTS):
        if part == "imported" and not imported.is_possible():
            sys.stderr.write(f"not measured: {part}, {imported.FILE} is absent\n")
            continue
        sys.stderr.write(f"measuring: {part}\n")
        for figures in PARTS[part](asked.quick):
            keep(part, {"machine": report.machine(), "figures": figures}, quick=asked.quick)
    text = report.document(kept(quick=asked.quick))
    if asked.quick:
        print(text)
    else:
        asked.report.write_text(text, encoding="utf-8")


def keep(part: str, measured: dict[str, Any], *, quick: bool) -> None:
    path = path_of(part, quick=quick)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(measured, indent=1))


def kept(*, quick: bool) -> dict[str, Any]:
    """Of each part that was measured here the last figures."""
    paths = {part: path_of(part, quick=quick) for part in PARTS}
    return {part: json.loads(path.read_text()) for part, path in paths.items() if path.exists()}


def path_of(part: str, *, quick: bool) -> Path:
    return KEPT / ("quick" if quick else "full") / f"{part}.json"


if __name__ == "__main__":
    main()
