"""What the engine's history has: an order's words may leave the house only once they can no longer be undone."""

from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows import ids

PAGE = 16
"""Events: what belongs to the last answer of an order, and little more."""
PATIENCE = timedelta(seconds=4)


async def tells(client: Client, order_no: str, chain: str) -> bool:
    """Whether the history of the order's last run has this digest of it, which a flush leaves with all that it wrote.

    An order that the engine does not know any more has ended, and cannot be undone. Raises RPCError.
    """
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=ids.workflow_id(order_no)), maximum_page_size=PAGE
    )
    while True:
        try:
            found = await client.workflow_service.get_workflow_execution_history_reverse(request, timeout=PATIENCE)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return True
            raise
        # Wherever it stands: in a local flush's marker, a patient one's result, or what a new run began with.
        if any(chain.encode() in event.SerializeToString() for event in found.history.events):
            return True
        if not found.next_page_token:
            return False
        request.next_page_token = found.next_page_token
