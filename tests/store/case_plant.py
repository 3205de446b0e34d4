"""Cases beside the orders, told flush by flush as their workflow would."""

from datetime import datetime
from typing import Any

from tests.store.plant import NOW, POLICY, TellsOfAnOrder, said
from workflows.rules import cases
from workflows.types import events as e
from workflows.types.cases import CaseFacts
from workflows.types.events import SaidRef
from workflows.types.words import Origin


class TellsOfACase(TellsOfAnOrder):
    def __init__(
        self, number: str, origin: Origin = Origin.COMPLAINT, at: datetime = NOW, ref: SaidRef | None = None, **case: Any
    ) -> None:
        facts = CaseFacts(origin=origin, **{"text": "burrs on the edge", **case})
        super().__init__(number, at, lines=(), case=facts)
        self.pending.clear()
        self.seq = 0
        self.record(e.CaseOpened(order=self.facts, policy=POLICY), ref or said(f"open {number}"))
        self.change(came_to=cases.begun(self.facts)[0], created_at=at)
