"""What operators read of an order in the Web UI: written when somebody opens it, and not at each of the order's steps."""

from typing import Any

from temporalio import workflow
from temporalio.worker import HandleQueryInput, Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput
from typing_extensions import override

from workflows.walker import Walker

ASKED = "__temporal_workflow_metadata"
"""The SDK's own query, by which the Web UI and the CLI ask."""


class Details(Interceptor):
    """Stands around the workflows of a worker."""

    @override
    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _OnDemand


class _OnDemand(WorkflowInboundInterceptor):
    @override
    async def handle_query(self, input: HandleQueryInput) -> Any:
        answer = await super().handle_query(input)
        order = workflow.instance()
        if input.query == ASKED and isinstance(order, Walker):
            answer.current_details = order.details()
        return answer
