"""What operators see of the engine, through their own tool."""

import base64
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
    return f"{'case' if ':' in order_no else 'order'}-{order_no.casefold()}"


def state(stack: Stack, order_no: str) -> dict[str, Any]:
    """All that the order itself knows, exactly: the tool's own short form of JSON drops empty lists."""
    asked = ("--workflow-id", workflow_id(order_no), "--type", "state", "--no-json-shorthand-payloads")
    shown = temporal(stack, "workflow", "query", *asked)
    known: dict[str, Any] = json.loads(base64.b64decode(shown["queryResult"]["payloads"][0]["data"]))
    return known


def described(stack: Stack, order_no: str) -> dict[str, Any]:
    shown: dict[str, Any] = temporal(stack, "workflow", "describe", "--workflow-id", workflow_id(order_no))
    return shown


def is_completed(stack: Stack, order_no: str) -> bool:
    """Whether the order's workflow has come to its own end."""
    return bool(described(stack, order_no)["workflowExecutionInfo"]["status"] == "WORKFLOW_EXECUTION_STATUS_COMPLETED")


def accepted_updates(stack: Stack, order_no: str) -> list[tuple[str, dict[str, Any]]]:
    """By name, what the history of the order's current run has taken of what people said; from the oldest to the newest."""
    shown = temporal(stack, "workflow", "show", "--workflow-id", workflow_id(order_no))
    accepted = (event.get("workflowExecutionUpdateAcceptedEventAttributes") for event in shown["events"])
    inputs = (attributes["acceptedRequest"]["input"] for attributes in accepted if attributes)
    return [(each["name"], json.loads(base64.b64decode(each["args"]["payloads"][0]["data"]))) for each in inputs]
