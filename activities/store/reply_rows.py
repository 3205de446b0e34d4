"""The answers of a flush: what each call in it is told, and told again when it is repeated."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from activities.store.cases import case_out
from activities.store.records import TaskRecord, order_out, task_out
from activities.store.replies import etag
from activities.store.task_rows import Standing
from workflows.types import events as e
from workflows.types.events import Event, OrderEntered, SaidRef
from workflows.types.flush import Flush


class Answers:
    """The rows just written, as their callers get them."""

    def __init__(self, flush: Flush, standing: Standing, tasks: Mapping[str, TaskRecord], ui: str) -> None:
        self._flush, self._standing, self._tasks, self._ui = flush, standing, tasks, ui

    def rows(self) -> list[dict[str, Any]]:
        return [self._row(event, event.said) for event in self._flush.events if event.said]

    def _row(self, event: Event, said: SaidRef) -> dict[str, Any]:
        entered, opened = isinstance(event.data, OrderEntered), isinstance(event.data, e.CaseOpened)
        kind = "improvements" if opened else "orders"
        return {
            "said_id": said.id,
            "order_id": self._standing.order_id,
            "seq": event.seq,
            "fingerprint": said.fingerprint,
            "status": 201 if entered or opened else 200,
            "location": f"/api/v1/{kind}/{quote(self._flush.order.order_no, safe='')}" if entered or opened else None,
            **self._shown(event),
        }

    def _shown(self, event: Event) -> dict[str, Any]:
        """The task, for what was said to a task; else the order."""
        match event.data:
            case (
                e.TaskCompleted(task_id=id)
                | e.AnswerCorrected(task_id=id)
                | e.ProgressReported(task_id=id)
                | e.DeadlineMoved(task_id=id)
            ) if id in self._tasks:
                record = self._tasks[id]
                return {"body": task_out(record, self._flush.at).model_dump_json(), "etag": etag(record.version)}
            case _:
                return {"body": self._order, "etag": etag(self._version)}

    @property
    def _version(self) -> int:
        return self._flush.order.version + self._standing.unnumbered

    @cached_property
    def _order(self) -> str:
        tasks = [(record.task, record.holder) for record in self._tasks.values() if record.task.is_open]
        if self._flush.order.case is not None:
            return case_out(self._flush.order, self._version, tasks, self._ui, self._flush.at).model_dump_json()
        return order_out(self._flush.order, self._version, tasks, self._ui, self._flush.at).model_dump_json()
