"""An order's events, each in a line that people read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from activities.languages import Tongue
from activities.mail.words import Words
from activities.store.views import EventOut
from workflows import ids
from workflows.types.slack import Cause
from workflows.types.words import Kind

WORDS = ("work_center", "signed_by", "tracking_no", "order_no", "version", "text", "reason", "remarks", "override_reason")
"""What somebody wrote, and is read as it is."""


QUIET = (
    "task_opened",
    "task_cancelled",
    "deadline_moved",
    "earliest_moved",
    "work_moved",
    "notice_requested",
    "notice_settled",
    "hold_end_told",
    "delivery_settled",
)
"""What follows by itself from what people say, and stands elsewhere on the page: open tasks, dates, mails."""


@dataclass(frozen=True)
class Telling:
    """How one order's events are told, in one language."""

    tongue: Tongue
    zone: str

    @property
    def words(self) -> Words:
        return Words.of(self.tongue.language)

    def name(self, event: EventOut) -> str:
        return self.words.events.get(event.type, event.type)

    def raw(self, event: EventOut) -> str:
        return json.dumps(event.data, ensure_ascii=False, indent=1)

    def details(self, event: EventOut) -> str:
        """What it was about, and how."""
        about = [self.task(event.task_id)] if event.task_id else []
        return " · ".join(part for part in (*about, *self._particulars(event.type, event.data)) if part)

    def task(self, task_id: str) -> str:
        kind = task_id.rsplit(".", 2)[-2] if ids.order_of_task(task_id) else task_id
        return self.words.tasks.get(kind, kind)

    def _particulars(self, kind: str, data: Mapping[str, Any]) -> Iterator[str]:
        match kind:
            case "promised":
                yield self.day(data["promise"].get("date"))
                yield data["promise"].get("reason") or ""
            case "task_opened":
                yield self.instant(data["task"].get("due_at"))
            case "task_completed" | "answer_corrected":
                yield self.outcome(data)
                yield data.get("comment") or data.get("reason") or ""
            case "risk_moved":
                yield self.words.risks.get(data.get("risk") or "", "")
                yield from self.causes(data)
            case "notice_requested":
                yield self.words.mail(data["notice"].get("kind", ""))
                yield ", ".join(map(self.words.recipient, data["notice"].get("to", ())))
            case "rung_reached":
                yield self.words.mail(data.get("rung", ""))
            case "progress_reported":
                yield f"{data['percent']} %" if data.get("percent") is not None else ""
                yield self.tongue.number(data["quantity"]) if data.get("quantity") is not None else ""
                yield data.get("note") or ""
            case "held":
                yield self.instant(data["hold"].get("until"))
                yield data["hold"].get("reason", "")
            case "shipment_arranged":
                shipment = data["shipment"]
                yield self.words.modes.get(shipment.get("mode"), "")
                yield shipment.get("carrier", "")
                yield self.instant(shipment.get("ship_at"))
            case "order_closed":
                yield self.words.statuses.get(data.get("status", ""), "")
                yield self.words.deliveries.get(data.get("delivery", ""), "")
                yield data.get("reason") or ""
            case "task_cancelled" | "forecast_broken" | "expected_completion_moved":
                yield self.instant(data.get("expected_completion"))
                yield self.system_reason(data)
            case "deadline_moved" if not data.get("is_extended"):
                yield self.instant(data.get("due_at"))
                yield self.system_reason(data)
            case "case_opened" | "case_raised" | "case_moved" | "case_closed":
                yield from self._of_case(kind, data)
            case "amendment_proposed" | "order_amended":
                yield data["amendment"].get("reason", "")
            case _:
                yield from self._plainly(data)

    def _of_case(self, kind: str, data: Mapping[str, Any]) -> Iterator[str]:
        """What was recorded, what became of it, and how it ended."""
        match kind:
            case "case_opened":
                facts = data["order"]["case"]
                yield self.words.origins.get(facts.get("origin"), "")
                yield self.words.departments.get(facts.get("department") or "", "")
            case "case_raised":
                yield data.get("number", "")
                yield self.words.origins.get(data.get("origin") or "", "")
            case "case_closed":
                yield self.words.results.get(data["case"].get("result") or "", "")
                yield data.get("reason") or ""
            case _ if data.get("rests"):
                until = self.instant(data["case"].get("rests_until"))
                yield self.tongue.text("its effect is looked at from {time}", time=until)
            case _:
                yield self.words.departments.get(data["case"].get("department") or "", "")
                yield data["case"].get("cause") or ""
                yield data["case"].get("action") or ""
                yield self.day(data["case"].get("due"))

    def _plainly(self, data: Mapping[str, Any]) -> Iterator[str]:
        """What events share: dates, instants, and words that somebody said."""
        for field in ("due_at", "planned_start", "expected_completion", "shipped_at", "told_at", "since"):
            yield self.instant(data.get(field))
        for field in ("earliest", "delivered", "promised", "wanted"):
            yield self.day(data.get(field))
        yield self.words.departments.get(data.get("department") or "", "")
        yield self.words.deliveries.get(data.get("delivery") or "", "")
        for field in WORDS:
            yield str(data.get(field) or "")

    def system_reason(self, data: Mapping[str, Any]) -> str:
        """Why the order itself did something."""
        return self.tongue.said(str(data.get("reason") or ""))

    def outcome(self, data: Mapping[str, Any]) -> str:
        kind = data.get("task_id", "..").rsplit(".", 2)[-2]
        outcome = data.get("outcome", "")
        return self.words.outcome(kind, outcome) if outcome in self.words.outcomes and kind in tuple(Kind) else outcome

    def causes(self, data: Mapping[str, Any]) -> Iterator[str]:
        return (self.words.cause(Cause.model_validate(cause)) for cause in data.get("causes", ()))

    def day(self, text: Any) -> str:
        return self.tongue.day(date.fromisoformat(text)) if text else ""

    def instant(self, text: Any) -> str:
        return self.tongue.instant(datetime.fromisoformat(text), self.zone) if text else ""
