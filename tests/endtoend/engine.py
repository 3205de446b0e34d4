"""What operators see of the engine, through their own tool."""

import json
import subprocess
from typing import Any

from tests.endtoend.stack import TEMPORAL, Stack


def temporal(stack: Stack, *arguments: str) -> Any:
    """What `temporal … -o json` prints."""
    argv = [str(TEMPORAL), *arguments, "--address", stack.temporal_address, "-o", "json"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{argv}: {done.stderr}"
    return json.loads(done.stdout)


def workflow_id(order_no: str) -> str:
    return f"order-{order_no.casefold()}"


def state(stack: Stack, order_no: str) -> dict[str, Any]:
    """All that the order itself knows."""
    shown = temporal(stack, "workflow", "query", "--workflow-id", workflow_id(order_no), "--type", "state")
    result = shown["queryResult"]
    known: dict[str, Any] = result[0] if isinstance(result, list) else result
    return known


def history_length(stack: Stack, order_no: str) -> int:
    shown = temporal(stack, "workflow", "describe", "--workflow-id", workflow_id(order_no))
    return int(shown["workflowExecutionInfo"]["historyLength"])
