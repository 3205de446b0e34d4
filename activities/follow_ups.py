"""Enters follow-up orders: the port `Orders`, on Temporal and the store."""

import asyncio
import json

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from typing_extensions import override

from activities import entering
from activities.store import Store
from workflows import ports
from workflows.types.commands import OrderStart
from workflows.types.events import SaidRef


class FollowUps(ports.Orders):
    """Holds the client and the store; its calls may be tried again at any line."""

    def __init__(self, client: Client, store: Store) -> None:
        self._client = client
        self._store = store

    @override
    @activity.defn(name="orders.enter_follow_up")
    async def enter_follow_up(self, start: OrderStart) -> str:
        if start.ref is None or start.facts.follows is None:
            raise ApplicationError("a follow-up order needs a call id and the order that it follows", non_retryable=True)
        entered = await asyncio.to_thread(self._entered_before, start.ref)
        return entered or await self._enter(start, start.ref, start.facts.follows)

    def _entered_before(self, ref: SaidRef) -> str | None:
        """The number, when an attempt before this one got as far as the store."""
        reply = self._store.replies.get(ref.id)
        if reply is None:
            return None
        number: str = json.loads(reply.body)["order_no"]
        return number

    async def _enter(self, start: OrderStart, ref: SaidRef, follows: str) -> str:
        number = await asyncio.to_thread(self._store.orders.free_follow_up, follows)
        facts = start.facts.model_copy(update={"order_no": number})
        try:
            await entering.enter(self._client, start.model_copy(update={"facts": facts}), ref)
        except WorkflowAlreadyStartedError as error:
            # Somebody else's order took the number a moment ago; tried again, the store knows and gives the next.
            raise ApplicationError(f"{number} was taken meanwhile") from error
        return number
