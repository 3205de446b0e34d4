"""What a customer signs, as plain text: shown, kept and found again byte for byte.

What a page would leave out when it shows it is left out here already.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from activities.languages import Tongue
from activities.languages.bidi import tamed
from activities.mail.words import Words
from activities.store.signatures import masked
from api.pages.links.standing import Standing


def statement(standing: Standing, outcome: str, name: str, fields: Mapping[str, Any], tongue: Tongue, now: datetime) -> str:
    lines = _lines(standing, outcome, name, fields, tongue, now)
    return "".join(f"{tamed(line)}\n" for line in lines)


def _lines(
    standing: Standing, outcome: str, name: str, fields: Mapping[str, Any], tongue: Tongue, now: datetime
) -> Iterator[str]:
    order, words = standing.order, Words.of(tongue.language)
    colon = words.letter["colon"]
    yield tongue.text("Receipt of a delivery") if outcome == "signed" else tongue.text("Refusal of a delivery")
    yield ""
    yield f"{words.labels['order']}{colon}{order.order_no}"
    if order.customer_ref:
        yield f"{words.labels['your_reference']}{colon}{order.customer_ref}"
    yield f"{words.labels['customer']}{colon}{order.customer.name}"
    yield f"{tongue.text('Supplier')}{colon}{standing.policy.plant.name}"
    if order.ship_to:
        yield f"{words.labels['ship_to']}{colon}{order.ship_to}"
    yield ""
    yield from _goods(standing, outcome, fields, tongue)
    yield ""
    for name_of, value in (("reason", fields.get("reason")), ("remarks", fields.get("remarks"))):
        if value:
            yield f"{words.fields[name_of]}{colon}{value}"
    yield f"{words.fields['signed_by']}{colon}{name}"
    yield f"{tongue.text('Stated on')}{colon}{tongue.instant(now, order.plant_time_zone)}"
    yield f"{tongue.text('Confirmed by a code sent to')}{colon}{masked(standing.link.address)}"


def _goods(standing: Standing, outcome: str, fields: Mapping[str, Any], tongue: Tongue) -> Iterator[str]:
    """Every line that was delivered, with what became of it."""
    sent = standing.task.task.quantities or {}
    named = fields.get("received" if outcome == "signed" else "quantities")
    damaged = fields.get("damaged") or {}
    for number, line in enumerate(standing.order.lines, start=1):
        if not (of := sent.get(str(number), 0)):
            continue
        # A map that is left out means all of it; a line left out of a given map counts 0.
        count = of if named is None else named.get(str(number), 0)
        told = {"count": tongue.number(count), "of": tongue.number(of), "unit": line.unit}
        what = tongue.text("received {count} of {of} {unit}", **told)
        if outcome != "signed":
            what = tongue.text("refused {count} of {of} {unit}", **told)
        yield f"{number}. {line.product_model}{Words.of(tongue.language).letter['colon']}{what}"
        if bad := damaged.get(str(number), 0):
            yield f"   {tongue.text('of these damaged: {count} {unit}', count=tongue.number(bad), unit=line.unit)}"
