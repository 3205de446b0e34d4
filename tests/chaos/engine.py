"""What operators see of the engine, through their own tool."""

import asyncio
import base64
import json
from typing import Any

from tests.endtoend.engine import workflow_id
from tests.endtoend.stack import TEMPORAL

AT_ONCE = 3
STUCK = "TemporalReportedProblems IS NOT NULL"
TRIES = 3


class Tool:
    """The `temporal` command, on one server."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def ask(self, *arguments: str) -> Any:
        """What `temporal … -o json` prints; raises LookupError with what it complains of."""
        argv = [str(TEMPORAL), *arguments, "--address", self._address, "-o", "json"]
        async with self._gate:
            process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
            out, err = await process.communicate()
        if process.returncode != 0:
            raise LookupError(f"temporal {' '.join(arguments)}: {err.decode()}")
        return json.loads(out or b"[]")

    async def workflows(self, query: str = "") -> list[dict[str, Any]]:
        """All runs of all workflows, as the list shows them."""
        listed = await self.ask("workflow", "list", "--limit", "100000", *(("--query", query) if query else ()))
        return [run(info) for info in listed]

    async def described(self, order_no: str) -> dict[str, Any]:
        """The last run of an order, which knows the first."""
        shown: dict[str, Any] = await self.ask("workflow", "describe", "--workflow-id", workflow_id(order_no))
        return run(shown["workflowExecutionInfo"])

    async def state(self, order_no: str) -> dict[str, Any]:
        """All that the order itself knows; the tool's short form of JSON would drop empty lists."""
        asked = ("--workflow-id", workflow_id(order_no), "--type", "state", "--no-json-shorthand-payloads")
        for left in reversed(range(TRIES)):
            try:
                shown = await self.ask("workflow", "query", *asked)
                known: dict[str, Any] = json.loads(base64.b64decode(shown["queryResult"]["payloads"][0]["data"]))
                return known
            except LookupError:
                if not left:
                    raise
        raise AssertionError


def run(info: dict[str, Any]) -> dict[str, Any]:
    """What the check needs of one run."""
    return {
        "workflow_id": info["execution"]["workflowId"],
        "run_id": info["execution"]["runId"],
        "first_run_id": info.get("firstRunId", ""),
        "status": info["status"].removeprefix("WORKFLOW_EXECUTION_STATUS_").upper(),
    }
