"""Who asks the engine for work, as it remembers them."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

WORKFLOWS, ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
LISTENING = timedelta(seconds=75)
"""A poll lasts up to 60 s: who has not asked for longer than this is gone."""
PATIENCE = timedelta(seconds=4)


async def heard(client: Client, queue: str, kind: TaskQueueType.ValueType) -> list[str]:
    """The identities of those who asked at this queue, or part of one, of late. Raises RPCError."""
    request = DescribeTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind)
    found = await client.workflow_service.describe_task_queue(request, timeout=PATIENCE)
    since = datetime.now(UTC) - LISTENING
    return [each.identity for each in found.pollers if each.last_access_time.ToDatetime(UTC) > since]
