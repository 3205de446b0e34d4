"""Whoever makes packs at the mail room's plant, at whatever time it is there."""

from datetime import UTC, date, datetime
from email.message import EmailMessage

from activities.figures.keeping import count_everything
from activities.mail.circulars import Circulars
from activities.mail.transport import Transport
from activities.policy_in_force import PolicyInForce
from activities.reviews.findings import Body
from activities.reviews.post import PlantReviews
from activities.reviews.watch import Watch
from activities.store.review_decisions import Decision
from activities.store.reviews import Review
from tests.mail.plant import POLICY, Plant
from workflows.types.events import SaidRef
from workflows.types.reviews import Pack, ReviewKind, Wanted
from workflows.types.words import Department

MONDAY = date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 1, tzinfo=UTC)
"""Of that Monday in Taipei."""


class Office:
    def __init__(self, plant: Plant, text: str = POLICY, url: str | None = None) -> None:
        self.plant, self.store = plant, plant.store
        transport = Transport.of(url or plant.server.url)
        circulars = Circulars(plant.store, transport, "Jiaoqi <jiaoqi@plant.example>", self.clock)
        policy = PolicyInForce(plant.store, text)
        self.reviews = PlantReviews(plant.store, policy, circulars, "https://jiaoqi.example", self.clock)
        self.watch = Watch(plant.store, policy, self.reviews, self.clock)

    def clock(self) -> datetime:
        return self.plant.now

    def makes(self, kind: ReviewKind = ReviewKind.WEEKLY, at: datetime = NINE, day: date | None = None) -> Pack:
        count_everything(self.store, self.clock)
        return self.reviews.make(Wanted(kind=kind, at=at, day=day))

    def found(self, pack: Pack) -> tuple[Review, Body]:
        review = self.store.reviews.get(pack.id)
        assert review is not None and review.body is not None
        return review, Body.model_validate_json(review.body)

    def tells(self, pack: Pack) -> dict[str, EmailMessage]:
        """One attempt; the mails of it by their readers."""
        before = len(self.plant.server.messages)
        self.reviews.tell(pack)
        return {str(each["To"]).partition("@")[0]: each for each in self.plant.server.messages[before:]}

    def decides(self, pack: Pack, text: str = "Second shift on the press", key: str = "d") -> Decision:
        wanted = Decision(
            review=pack.id,
            n=0,
            text=text,
            department=Department.PRODUCTION,
            owner=None,
            due=date(2026, 11, 27),
            by="boss",
            at=self.plant.now,
        )
        reply = self.store.review_decisions.decide(wanted, SaidRef(id=key, key=key, fingerprint=key))
        return Decision.model_validate_json(reply.body)


def text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
