"""Brings an order back whose workflow is gone: its events make its state, and a new run carries that on.

What `continue-as-new` does from inside, done from outside: the same id, the same summary, the same queue. Notices still to be
told wait in the outbox all the while. Deadlines that passed meanwhile ring as after any outage.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities import entering
from activities.store import Store
from activities.store.checks import OrderRows
from jiaoqi.doctor import books
from jiaoqi.doctor.books import Retold
from jiaoqi.doctor.engine import Engine
from jiaoqi.doctor.healing import Healer
from jiaoqi.errors import JiaoqiError, NoSuchOrder
from workflows.types.commands import Actor, OrderStart
from workflows.types.state import OrderState

SHORTLY = 15.0
"""Seconds that we wait for a clock that is behind the store's last writing."""
WITHIN = timedelta(seconds=30)


class CannotBeRebuilt(JiaoqiError):
    """It need not be, or its events are not enough."""


@dataclass(frozen=True)
class Rebuilt:
    order_no: str
    version: int
    """The seq of the event that it was rebuilt from, the last one."""
    open_tasks: tuple[str, ...]
    notices: int
    """Those that are still to be told."""


async def rebuild(store: Store, engine: Engine, order_no: str) -> Rebuilt:
    """Raises NoSuchOrder, CannotBeRebuilt, StoreAway, TemporalDoesNotAnswer."""
    rows = await asyncio.to_thread(store.checks.rows, order_no, events=True)
    if rows is None:
        raise NoSuchOrder(order_no)
    order_no = rows.order.order_no
    if not rows.is_open:
        raise CannotBeRebuilt(f"{order_no} is {rows.order.status}: a closed order needs no workflow")
    await check_workflow_is_gone(engine, order_no)
    await until_the_clock_is_past(rows)
    told = await cured(Healer(store, engine), rows)
    await start(engine, told)
    await check_it_writes(store, rows)
    return Rebuilt(order_no, told.state.seq, tuple(told.state.tasks), len(await asyncio.to_thread(store.outbox.keys, order_no)))


async def check_workflow_is_gone(engine: Engine, order_no: str) -> None:
    """Raises CannotBeRebuilt when it runs, or has ended in order."""
    seen = await engine.look(order_no)
    if seen and seen.runs:
        raise CannotBeRebuilt(f"the workflow of {order_no} runs; `jiaoqi doctor` heals what the store lacks of it")
    if seen and seen.is_completed:
        raise CannotBeRebuilt(f"the workflow of {order_no} is {seen.fate}: only the store is behind; run `jiaoqi doctor`")


async def cured(healer: Healer, rows: OrderRows) -> Retold:
    """The order by its events, now also in its rows; unless events are lost, or rows say otherwise: then somebody must look."""
    order_no = rows.order.order_no
    try:
        cure = await healer.as_the_store_has_it(order_no, rows)
    except books.CannotBeTold as error:
        raise CannotBeRebuilt(f"{order_no} cannot be rebuilt: {error}") from error
    found = books.differences(rows, cure.told, datetime.now(UTC))
    if against := [each for each in found if each.contradicts]:
        what = "; ".join(f"{each.task_id or order_no}: {each.what}" for each in against)
        raise CannotBeRebuilt(f"{order_no} cannot be rebuilt while its rows and its events contradict each other: {what}")
    if cure.told.state.is_closed:
        raise CannotBeRebuilt(
            f"{order_no} is {cure.told.state.status} by its events, only its row is behind; run `jiaoqi doctor`"
        )
    if (found or cure.lacking) and not await healer.apply(cure, rows):
        raise CannotBeRebuilt(f"{order_no} was written just now; try again")
    return cure.told


async def until_the_clock_is_past(rows: OrderRows) -> None:
    """What a run with an older clock than the store's last writing writes is a ghost's, and has no effect."""
    ahead = rows.order.fence - datetime.now(UTC).timestamp()
    if ahead > SHORTLY:
        written = datetime.fromtimestamp(rows.order.fence, UTC)
        raise CannotBeRebuilt(
            f"{rows.order.order_no} was last written at {written:%Y-%m-%dT%H:%M:%SZ}, which is {ahead:.0f} s ahead of the clock:"
            " set the clocks of engine and worker right, or wait"
        )
    await asyncio.sleep(max(ahead, 0.0) + 0.01)


async def start(engine: Engine, told: Retold) -> None:
    """Starts the run and has it write itself in one call; refused by the engine itself when a run lives or ended in order."""
    operation = entering.beginning(carrying(told), WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY)
    said = f"rebuild-{told.state.seq}-{datetime.now(UTC).timestamp()}"
    started = asyncio.ensure_future(operation.workflow_handle())
    try:
        await engine.client.execute_update_with_start_workflow(
            "mend", id=said, start_workflow_operation=operation, result_type=int, rpc_timeout=WITHIN
        )
    except WorkflowAlreadyStartedError as error:
        raise CannotBeRebuilt(f"the workflow of {told.state.facts.order_no} runs again already") from error
    except (RPCError, WorkflowUpdateFailedError) as error:
        raise CannotBeRebuilt(
            f"{told.state.facts.order_no} was started and did not answer ({error}); run `jiaoqi doctor` again"
        ) from error
    finally:
        # It fails together with the call, and nobody else asks it.
        started.add_done_callback(lambda done: done.cancelled() or done.exception())
        started.cancel()


def carrying(told: Retold) -> OrderStart:
    """As the order was started, and with the state that it has come to."""
    state: OrderState = told.state
    return OrderStart(
        facts=state.facts,
        entered_by=Actor(id=state.created_by),
        policy=state.policy,
        digest=state.digest,
        ref=told.events[0].said,
        carried=state,
    )


async def check_it_writes(store: Store, before: OrderRows) -> None:
    """The store takes its writings: the engine's clock is past the last one of the run before."""
    after = await asyncio.to_thread(store.checks.rows, before.order.order_no)
    if after is None or after.order.fence <= before.order.fence:
        raise CannotBeRebuilt(
            f"{before.order.order_no} runs again, but the engine's clock is behind the store's last writing, which therefore"
            " stays: set the engine's clock right, then run `jiaoqi doctor`"
        )
