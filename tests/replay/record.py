"""Records the histories that later versions must replay: `python -m tests.replay.record [NAME …]`.

Once released, a history is never recorded over: a new version of the policy adds histories under new names, so that
the orders of all versions are replayed for as long as they may run.
"""

import asyncio
import gzip
import json
import sys
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from temporalio.client import WorkflowHistory

from tests.replay.semantics import replayed
from tests.replay.stories import KEPT
from tests.stories.crew import Crew
from tests.stories.engine import start_skipping
from tests.stories.plant import Plant

HISTORIES = Path(__file__).parent / "histories"


class Recorded(NamedTuple):
    """A run's history, and what its local activities were given, which history doesn't tell."""

    history: WorkflowHistory
    local: list[list[str]]


def load(path: Path) -> Recorded:
    kept: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return Recorded(WorkflowHistory.from_json(kept["workflow_id"], kept["history"]), kept["local"])


def save(path: Path, recorded: Recorded) -> None:
    kept = {
        "workflow_id": recorded.history.workflow_id,
        "history": json.loads(recorded.history.to_json()),
        "local": recorded.local,
    }
    # Without a time stamp of its own, so that the same history is the same file.
    path.write_bytes(gzip.compress(json.dumps(kept, ensure_ascii=False).encode(), mtime=0))


async def record(name: str) -> Recorded:
    """Tells one story on an engine of its own."""
    environment = await start_skipping()
    try:
        async with Crew(environment.client, f"record-{uuid.uuid4()}") as crew:
            plant = Plant(environment, crew)
            await KEPT[name](plant)
            history = await plant.handle.fetch_history()
            written = [[flush.model_dump_json()] for flush in plant.journal.flushes if flush.order.order_no == plant.order_no]
            await plant.stop_the_engine()
        local = (await replayed(history)).local
        assert all(arguments in written for arguments in local), "replay would write what was never written"
        return Recorded(history, local)
    finally:
        await environment.shutdown()


async def main(*names: str) -> None:
    HISTORIES.mkdir(exist_ok=True)
    for name in names or KEPT:
        path = HISTORIES / f"{name}.json.gz"
        save(path, await record(name))
        sys.stderr.write(f"{path.relative_to(Path.cwd())}: {path.stat().st_size} bytes\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
