"""What a mail is about, and how its dates, instants and quantities read."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from activities.languages import Tongue
from activities.mail.links import Link
from activities.mail.words import Words
from activities.store.register import Person
from workflows.types.orders import Line, OrderRow, Quantities
from workflows.types.tasks import Task

MOST_LINES_SHOWN = 20
"""An order has up to 200 lines; a mail shows these and counts the others."""


@dataclass(frozen=True, kw_only=True)
class Matter:
    """The order as it stands when the mail is written, the task if it is about one, and who writes."""

    order: OrderRow
    plant: str
    now: datetime
    task: Task | None = None
    holder: str | None = None
    owner: Person | None = None
    links: tuple[Link, ...] = ()
    """By which its one reader may answer: by the first what the letter asks."""

    @property
    def contact(self) -> str | None:
        """The order's owner, as a customer may write to them."""
        return f"{self.owner.name} <{self.owner.email}>" if self.owner and self.owner.email else None

    def time(self, instant: datetime | None, tongue: Tongue) -> str | None:
        """An instant as the plant's clocks show it, with the zone's name."""
        return tongue.instant(instant, self.order.plant_time_zone) or None

    def time_of(self, text: str | None, tongue: Tongue) -> str | None:
        """The same for an instant that travelled as text; what is no instant stays as it is."""
        try:
            instant = datetime.fromisoformat(text or "")
        except ValueError:
            return text
        return self.time(instant if instant.tzinfo else instant.replace(tzinfo=UTC), tongue)


def day_of(text: str | None, tongue: Tongue) -> str | None:
    """A date that travelled as text; what is no date stays as it is."""
    try:
        return tongue.day(date.fromisoformat(text or ""))
    except ValueError:
        return text


def lines(ordered: tuple[Line, ...], words: Words, quantities: Quantities | None = None) -> tuple[str, ...]:
    """The order's lines, or how much of each a task has before it."""
    counted = [(number, line, line.quantity) for number, line in enumerate(ordered, start=1)]
    if quantities is not None:
        counted = [(number, line, quantities[str(number)]) for number, line, _ in counted if quantities.get(str(number))]
    shown = [
        words.labels["line"].format(number=number, model=line.product_model, quantity=quantity, unit=line.unit)
        for number, line, quantity in counted[:MOST_LINES_SHOWN]
    ]
    hidden = len(counted) - len(shown)
    return (*shown, words.labels["more_lines"].format(count=hidden)) if hidden else tuple(shown)
