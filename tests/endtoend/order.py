"""One order, driven through HTTP as its people drive it; every answer is checked where it must be seen at once."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from activities.mail.message import Sender
from jiaoqi.settings import DEFAULT_SENDER
from tests.endtoend import dates
from tests.endtoend.people import FIRST_OF, MEMBERS, Person, problem
from tests.endtoend.waiting import until

if TYPE_CHECKING:
    from tests.endtoend.plant import Plant

READINESS = ("ready_materials", "ready_equipment", "ready_people")
FINAL = {"sent", "dead", "stale", "by_hand"}
SENDER = Sender.of(DEFAULT_SENDER)


@dataclass(frozen=True)
class Deed:
    """A call that was acknowledged."""

    actor: str
    path: str


class Order:
    """One order of a plant."""

    def __init__(self, plant: "Plant", body: dict[str, Any]) -> None:
        self.plant = plant
        self.body = body
        self.number = str(body["order_no"])
        self.acknowledged: dict[str, Deed] = {}
        """By Idempotency-Key."""
        self.first_task: dict[str, Any] = {}
        self._open: list[dict[str, Any]] = []
        self._seen = 0

    # What it shows.

    def now(self) -> dict[str, Any]:
        return dict(self._anybody.ask(self.path))

    def events(self) -> list[dict[str, Any]]:
        return self._anybody.every(f"{self.path}/events")

    def notices(self) -> list[dict[str, Any]]:
        return self._anybody.every(f"{self.path}/notices")

    def asked_notices(self) -> dict[str, dict[str, Any]]:
        """By key, what its history asks to tell."""
        asked = (event["data"]["notice"] for event in self.events() if event["type"] == "notice_requested")
        return {notice["key"]: notice for notice in asked}

    def untold(self) -> list[str]:
        """What its history asks for and is not told to the end: on record for nobody yet, or still queued for somebody."""
        asked, rows = self.asked_notices(), self.notices()
        ends = {key: [row["state"] in FINAL for row in rows if is_about(row, key)] for key in asked}
        return [key for key, ended in ends.items() if not ended or not all(ended)]

    def tasks(self, **query: str) -> list[dict[str, Any]]:
        return self._anybody.every("/tasks", order_no=self.number, **query)

    def open_kinds(self) -> set[str]:
        return {task["kind"] for task in self.tasks(status="open")}

    def task(self, kind: str) -> dict[str, Any]:
        """The open task of a kind."""
        found = self.tasks(kind=kind, status="open")
        assert len(found) == 1, f"{self.number}: {len(found)} open {kind}, open are {self.open_kinds()}"
        return found[0]

    @property
    def path(self) -> str:
        return f"/orders/{self.number}"

    @property
    def _anybody(self) -> Person:
        # Everybody signed in may read: quality2 never answers in these stories.
        return self.plant.person("quality2")

    # What is said to it.

    def enter(self, key: str | None = None) -> dict[str, Any]:
        key = key or uuid.uuid4().hex
        answer = self.plant.person("sales1").say("/orders", self.body, key)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"/api/v1{self.path}"
        self.acknowledged[key] = Deed("sales1", "/orders")
        assert self.open_kinds() == {"confirm_order"}
        shown: dict[str, Any] = answer.json()
        assert shown == {**self.now(), "slack_hours": shown["slack_hours"]}
        self.first_task = self.task("confirm_order")
        return shown

    def answer(
        self, kind: str, outcome: str, *, by: str | None = None, key: str | None = None, comment: str | None = None, **fields: Any
    ) -> dict[str, Any]:
        """Somebody of the department answers; what a 2xx has said can be read at once."""
        task, key = self._asked(kind), key or uuid.uuid4().hex
        by = by or FIRST_OF[task["department"]]
        answer = self.try_answer(task["id"], outcome, by=by, key=key, comment=comment, **fields)
        assert answer.status_code == 200, f"{kind} {outcome}: {answer.status_code} {answer.text}"
        self.acknowledged[key] = Deed(by, f"/tasks/{task['id']}/complete")
        told = self._anybody.ask(f"/tasks/{task['id']}")
        assert (told["status"], told["outcome"], told["completed_by"]) == ("completed", outcome, by)
        assert told["comment"] == comment
        self._shows(key)
        return dict(told)

    def try_answer(
        self, task_id: str, outcome: str, *, by: str, key: str | None = None, comment: str | None = None, **fields: Any
    ) -> httpx.Response:
        said = {"outcome": outcome, "fields": fields} | ({"comment": comment} if comment else {})
        return self.plant.person(by).say(f"/tasks/{task_id}/complete", said, key)

    def say(self, what: str, *, by: str = "sales1", key: str | None = None, **body: Any) -> dict[str, Any]:
        """Says something to the order itself: hold, resume, cancel, repromise."""
        return self._said(f"{self.path}/{what}", by, key or uuid.uuid4().hex, body)

    def correct(self, task_id: str, outcome: str, *, by: str, reason: str = "mistaken", **fields: Any) -> dict[str, Any]:
        """A head mends an answer."""
        return self._said(
            f"/tasks/{task_id}/correct", by, uuid.uuid4().hex, {"outcome": outcome, "fields": fields, "reason": reason}
        )

    def refused_correction(self, status: int, code: str, task_id: str, outcome: str, *, by: str, **fields: Any) -> None:
        key = uuid.uuid4().hex
        said = {"outcome": outcome, "fields": fields, "reason": "mistaken"}
        problem(self.plant.person(by).say(f"/tasks/{task_id}/correct", said, key), status, code)
        self._shows_nothing_of(key)

    def decide(self, task: dict[str, Any], outcome: str, **fields: Any) -> dict[str, Any]:
        """The department of one of several open tasks of a kind answers it."""
        self._open = [task]
        return self.answer(task["kind"], outcome, **fields)

    def report(self, *, by: str = "production1", **progress: Any) -> dict[str, Any]:
        return self._said(f"/tasks/{self._asked('produce')['id']}/progress", by, uuid.uuid4().hex, progress)

    def _said(self, path: str, by: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.plant.person(by).say(path, body, key)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        self.acknowledged[key] = Deed(by, path)
        self._shows(key)
        return dict(answer.json())

    def refused(self, status: int, code: str, kind: str, outcome: str, *, by: str | None = None, **fields: Any) -> dict[str, Any]:
        """An answer that is refused leaves no trace."""
        task, key = self.task(kind), uuid.uuid4().hex
        answer = self.try_answer(task["id"], outcome, by=by or FIRST_OF[task["department"]], key=key, **fields)
        told = problem(answer, status, code)
        self._shows_nothing_of(key)
        assert self.task(kind)["version"] == task["version"]
        return told

    def refused_words(self, status: int, code: str, what: str, *, by: str = "sales1", **body: Any) -> dict[str, Any]:
        key = uuid.uuid4().hex
        told = problem(self.plant.person(by).say(f"{self.path}/{what}", body, key), status, code)
        self._shows_nothing_of(key)
        return told

    def _asked(self, kind: str) -> dict[str, Any]:
        """The open task of a kind, as the order showed it last."""
        found = [task for task in self._open if task["kind"] == kind]
        return dict(found[0]) if found else self.task(kind)

    def _shows(self, key: str) -> None:
        """Read-your-writes: the order, its history and its tasks show what was just said."""
        news = self._news()
        assert [event["key"] for event in news].count(key) == 1
        now = self.now()
        assert now["version"] >= self._seen
        self._open = now["open_tasks"]
        assert {task["id"] for task in self._open} == {task["id"] for task in self.tasks(status="open")}

    def _shows_nothing_of(self, key: str) -> None:
        assert key not in [event["key"] for event in self._news()], "a refusal left a trace"

    def _news(self) -> list[dict[str, Any]]:
        """What has happened since the last look."""
        news = self._anybody.every(f"{self.path}/events", after=self._seen)
        self._seen = news[-1]["seq"] if news else self._seen
        return list(news)

    def dispatch_in_time(self) -> None:
        """Not before the notice is on record and has had its lead; then without an override."""
        task = self.task("dispatch")
        problem(self.try_answer(task["id"], "dispatched", by="warehouse1"), 409, "notice-missing")
        until(lambda: self._leaves(task["id"]), "the notice has had its lead")

    def _leaves(self, task_id: str) -> bool:
        key = uuid.uuid4().hex
        answer = self.try_answer(task_id, "dispatched", by="warehouse1", key=key)
        if answer.status_code == 200:
            self.acknowledged[key] = Deed("warehouse1", f"/tasks/{task_id}/complete")
            return True
        problem(answer, 409, "notice-missing")
        return False

    # Whole stretches of the policy.

    def confirmed(self, promised: str | None = None) -> "Order":
        self.answer("confirm_order", "confirm", promised_date=promised or dates.day(25), channel="phone")
        return self

    def planned(self, start: str | None = None, done: str | None = None) -> "Order":
        start, done = start or dates.instant(days=1), done or dates.instant(days=4)
        self.answer("make_plan", "plan", planned_start=start, expected_completion=done, work_center="CNC-1")
        return self

    def made_ready(self) -> "Order":
        for kind in READINESS:
            if kind in self.open_kinds():
                self.answer(kind, "ready")
        return self

    def producing(self) -> "Order":
        return self.confirmed().planned().made_ready()

    def produced(self, **fields: Any) -> "Order":
        self.producing().answer("produce", "done", **fields)
        return self

    def accepted(self) -> "Order":
        self.produced().answer("inspect", "pass")
        self.answer("accept", "accept")
        return self

    def shipped(self) -> "Order":
        """Planned and dispatched, without waiting for the notice's lead."""
        self.plan_shipment()
        self.answer("dispatch", "dispatched", override_reason="the truck waits")
        return self

    def plan_shipment(self, **plan: Any) -> None:
        shipment = {"mode": "road", "carrier": "Hsin Yun", "ship_at": dates.instant(days=5), "transit_days": 2, **plan}
        self.answer("plan_shipment", "plan", **shipment)

    def made_again(self) -> "Order":
        """After a remake: from make_plan to the next acceptance."""
        self.planned().made_ready().answer("produce", "done")
        self.answer("inspect", "pass")
        self.answer("accept", "accept")
        return self

    def signed(self, **fields: Any) -> "Order":
        self.answer("sign_off", "signed", signed_by="Ms. Lin", **fields)
        return self

    def satisfied(self) -> "Order":
        self.answer("collect_feedback", "answered", csat=5, nps=9, channel="phone", comment="on time")
        return self

    def follow_up(self) -> "Order":
        """The order that delivers what this one did not; the two name each other."""
        number = self.now()["followed_by"]
        order = Order(self.plant, {**self.body, "order_no": number}).entered_elsewhere()
        assert order.now()["follows"] == self.number
        return order

    def entered_elsewhere(self) -> "Order":
        """By no call of ours: its entry may have a key all the same."""
        entered = self.events()[0]
        if entered["key"] is not None:
            self.acknowledged[entered["key"]] = Deed(entered["actor"], "/orders")
        return self

    def finished(self) -> "Order":
        """Whatever is open is answered in the straightest way, until nothing is."""
        while open_now := self.now()["open_tasks"]:
            self.finish_one(open_now[0])
        return self

    def finish_one(self, task: dict[str, Any]) -> None:
        outcome, fields = straight(task["kind"])
        self._open = [task]
        self.answer(task["kind"], outcome, **fields)

    # What must be true of it.

    def ends(self, status: str, delivery: str) -> dict[str, Any]:
        """The order has come to its end, with nothing open and a history without faults."""
        now = self.now()
        assert (now["status"], now["stage"], now["delivery"], now["open_tasks"]) == (status, "closed", delivery, [])
        assert self.tasks(status="open") == []
        self.audit()
        return now

    def audit(self) -> None:
        """Events without gaps; each acknowledged call exactly once, by whoever made it; no other calls; no other mail."""
        on_record = self.notices()
        events = self.events()
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        actors: dict[str, list[str]] = {}
        for event in (event for event in events if event["key"] is not None):
            actors.setdefault(event["key"], []).append(event["actor"])
        missing = [deed for key, deed in self.acknowledged.items() if key not in actors]
        assert missing == [], f"acknowledged, and not there: {missing}"
        assert actors.keys() == self.acknowledged.keys(), "something is there that nobody was told of"
        assert actors == {key: [deed.actor] for key, deed in self.acknowledged.items()}, "once each, by whoever made it"
        times = [dates.read(event["at"]) for event in events]
        assert times == sorted(times)
        assert self.now()["version"] >= len(events)
        self._asked_for(on_record)

    def _asked_for(self, on_record: list[dict[str, Any]]) -> None:
        """Nobody is told what no history asks for; but of a mail that died, who should know."""
        asked = self.asked_notices()
        reports = [f"{key}.undeliverable.{row['to']}" for key in asked for row in on_record if is_dead(row, key)]
        # A code to sign with is asked for by who signs, not by the order.
        rows = [row for row in on_record if row["kind"] != "signing_code"]
        unasked = [row for row in rows if not any(is_about(row, key) for key in (*asked, *reports))]
        assert unasked == [], "on record, and nobody asked for it"

    def told(self, *expected: tuple[str, str]) -> None:
        """Exactly these (kind, recipient) are on record, every one with an end, and each mail arrived once."""
        wanted = sorted(expected)
        until(lambda: self._told() == wanted, lambda: f"notices {wanted}, there are {self._told()}")
        until(lambda: not self.untold(), lambda: f"all told, not {self.untold()}: {self.notices()}", within=60)
        rows = self.notices()
        assert self._told() == wanted and len({row["message_id"] for row in rows}) == len(rows)
        sent = {row["message_id"]: row for row in rows if row["state"] == "sent"}
        mails = self.plant.mails(self.number)
        assert sorted(mail.message_id for mail in mails) == sorted(sent)
        for mail in mails:
            mail.check()
            row = sent[mail.message_id]
            assert (mail.kind, mail.task or None) == (row["kind"], row["task_id"])

    def _told(self) -> list[tuple[str, str]]:
        return sorted((row["kind"], row["to"]) for row in self.notices())


def is_about(row: dict[str, Any], key: str) -> bool:
    """Whether it is this notice that the row has on record."""
    return bool(row["message_id"] == SENDER.message_id(key, row["to"]))


def is_dead(row: dict[str, Any], key: str) -> bool:
    return row["state"] == "dead" and is_about(row, key)


def members(kind: str, *departments: str) -> list[tuple[str, str]]:
    """A notice of this kind to everybody in the departments; of sales it is the order's owner who is told."""
    told = {**MEMBERS, "sales": ("sales1",)}
    return [(kind, name) for department in departments for name in told[department]]


CONFIRMED = [("order_confirmed", "customer"), *members("order_released", "production", "warehouse")]
SHIPPED = [("shipping_notice", "customer"), ("shipping_notice", "sales1"), ("sign_off_request", "customer")]
ASKED = [("feedback_request", "customer")]


def straight(kind: str) -> tuple[str, dict[str, Any]]:
    """The answer that leads straight to the end."""
    match kind:
        case "confirm_order":
            return "confirm", {"promised_date": dates.day(25), "channel": "phone"}
        case "make_plan":
            return "plan", {"planned_start": dates.instant(days=1), "expected_completion": dates.instant(days=4)}
        case "produce":
            return "done", {}
        case "inspect":
            return "pass", {}
        case "accept":
            return "accept", {}
        case "plan_shipment":
            return "plan", {"mode": "road", "carrier": "Hsin Yun", "ship_at": dates.instant(days=5), "transit_days": 2}
        case "dispatch":
            return "dispatched", {"override_reason": "the truck waits"}
        case "sign_off":
            return "signed", {"signed_by": "Ms. Lin"}
        case "collect_feedback":
            return "answered", {"csat": 5, "channel": "phone"}
        case "decide_promise":
            return "keep", {"reason": "it will do"}
        case "decide_amendment":
            return "agree", {"reason": "it can be done"}
    assert kind in READINESS, kind
    return "ready", {}
