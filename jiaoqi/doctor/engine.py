"""What the doctor asks of Temporal. Orders are spoken to by `mend`: a query while a flush is under way disturbs its replay."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from api.engine import EngineIsAway, NotRunning, OutcomeIsUnknown
from api.temporal import TemporalEngine, patiently
from api.watching import ORDERS
from jiaoqi.errors import TemporalDoesNotAnswer
from workflows import ids

WITHIN = 20.0
"""Seconds for one order's answer."""
ENDED = f"{ORDERS} AND ExecutionStatus IN ('Completed', 'Terminated', 'Failed', 'TimedOut', 'Canceled')"

PROBLEMS = "TemporalReportedProblems"


class NoAnswer(Exception):
    """The order exists, and did not answer in time."""


@dataclass(frozen=True)
class Seen:
    """A workflow as Temporal describes it."""

    status: WorkflowExecutionStatus
    closed_at: datetime | None
    problems: tuple[str, ...]

    @property
    def runs(self) -> bool:
        return self.status is WorkflowExecutionStatus.RUNNING

    @property
    def is_completed(self) -> bool:
        """It ended in order, which it does only when the store has all of it."""
        return self.status is WorkflowExecutionStatus.COMPLETED

    @property
    def fate(self) -> str:
        """How and when it ended."""
        how = self.status.name.lower().replace("_", " ")
        return f"{how} at {self.closed_at:%Y-%m-%dT%H:%M:%SZ}" if self.closed_at else how


class Engine:
    """Raises TemporalDoesNotAnswer when it is away."""

    def __init__(self, client: Client, address: str) -> None:
        self.client = client
        self._address = address

    async def missing(self) -> list[str]:
        """The queues that nobody serves."""
        missing = await TemporalEngine(self.client).missing()
        if "temporal" in missing:
            raise TemporalDoesNotAnswer(self._address, "no answer within 5 s")
        return missing

    async def mend(self, order_no: str) -> int | None:
        """Lets the order write itself to the store as it is: the seq that it has; None when it does not run. Raises NoAnswer."""
        order, said = self.client.get_workflow_handle(ids.workflow_id(order_no)), uuid.uuid4().hex

        async def say() -> int:
            seq: int = await order.execute_update("mend", id=said, result_type=int)
            return seq

        try:
            return await patiently(say, WITHIN)
        except NotRunning:
            return None
        except (OutcomeIsUnknown, EngineIsAway) as error:
            raise NoAnswer(order_no) from error

    async def look(self, order_no: str) -> Seen | None:
        """The last run of the order's workflow; None when Temporal knows none."""
        try:
            found = await self.client.get_workflow_handle(ids.workflow_id(order_no)).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise TemporalDoesNotAnswer(self._address, error.message) from error
        problems = found.search_attributes.get(PROBLEMS, ())
        assert found.status is not None  # noqa: S101 - described runs have one
        return Seen(found.status, found.close_time, tuple(map(str, problems)))

    async def listed(self, query: str) -> AsyncIterator[str]:
        """The ids of workflows' orders and cases as they were a moment ago; whoever accuses describes first."""
        try:
            async for found in self.client.list_workflows(query, page_size=1000):
                if order_id := ids.order_of_workflow(found.id):
                    yield order_id
        except RPCError as error:
            raise TemporalDoesNotAnswer(self._address, error.message) from error
