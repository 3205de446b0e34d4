"""Orders that must not be entered."""

import json
import unicodedata
from typing import Any

import pytest

from tests.endtoend import dates
from tests.strangers.bad import GONE, OPEN, Bad, changes_nothing
from tests.strangers.plant import BesiegedPlant


def order(**changes: Any) -> dict[str, Any]:
    asked = {
        "order_no": "NEW-1",
        "customer": {"name": "Kaohsiung Fab"},
        "lines": [{"product_model": "Pump 7", "quantity": 120}],
        "requested_date": dates.day(30),
    }
    return {name: value for name, value in {**asked, **changes}.items() if value is not None}


def entering(what: str, body: Any, pointer: str | None, status: int = 422, code: str = "invalid") -> Bad:
    return Bad(f"order: {what}", "/orders", body, status, code, pointer)


def written(quantity: str) -> bytes:
    """An order with a quantity that Python would not write like this."""
    return json.dumps(order()).replace("120", quantity).encode()


QUANTITY = "/lines/0/quantity"
NESTED = b'{"order_no": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
ENTERING = [
    *(
        entering(f"without {name}", order(**{name: None}), f"/{name}")
        for name in ("order_no", "customer", "lines", "requested_date")
    ),
    entering("nothing at all", b"", "/order_no"),
    entering("no object", [], ""),
    entering("null", b"null", ""),
    entering("an unknown field", order(colour="red"), "/colour"),
    entering("an unknown field of the customer", order(customer={"name": "X", "vip": True}), "/customer/vip"),
    entering("an unknown field of a line", order(lines=[{"product_model": "P", "quantity": 1, "price": 3}]), "/lines/0/price"),
    entering("a pointer that must be escaped", order(**{"a/b~c": 1}), "/a~1b~0c"),
    *(
        entering(f"quantity {text}", written(text), QUANTITY)
        for text in ("0", "-1", "1e400", "-1e400", '"5"', "1" + "0" * 30, "1.5", "5.0")
    ),
    *(entering(f"quantity {text}", written(text), QUANTITY) for text in ("true", "null", "[]", "{}", "1000000001")),
    *(
        entering(f"quantity {text}", written(text), "", 400, "bad-json")
        for text in ("NaN", "Infinity", "-Infinity", "1" * 5_000, "0x10")
    ),
    entering("no lines", order(lines=[]), "/lines"),
    entering("201 lines", order(lines=[{"product_model": "P", "quantity": 1}] * 201), "/lines"),
    entering("yesterday", order(requested_date=dates.day(-1)), "/requested_date"),
    entering("in 21 years", order(requested_date=dates.day(21 * 366)), "/requested_date"),
    *(
        entering(f"date {day}", order(requested_date=day), "/requested_date")
        for day in ("10000-01-01", "9999-12-31", "0000-01-01", "2027-02-30", "tomorrow", 20270301, "2027-W10-1", "２０２７-03-01")
    ),
    *(
        entering(f"order_no {name}", order(order_no=number), "/order_no")
        for name, number in {
            "with a slash": "A/1",
            "with a fullwidth slash": "A／1",
            "with a line break": "A\n1",
            "with NUL": "A\0001",
            "with a lone surrogate": "A\ud8001",
            "with a zero-width space": "A\u200b1",
            "with a right-to-left override": "A\u202e1",
            "of 65 characters": "A" * 65,
            "of 23 characters that become 69": "㎢" * 23 + "Ⅷ" * 10,
            "empty": "",
            "of spaces": "   ",
            "that begins with a dot": ".1",
            "of dots": "..",
            "a number": 7,
        }.items()
    ),
    *(
        entering(f"{name} of an existing order", order(order_no=number), None, 409, "order-exists")
        for name, number in {
            "the number": OPEN,
            "another case": OPEN.upper(),
            "another normalisation form": unicodedata.normalize("NFD", OPEN),
            "a compatible spelling": "".join(chr(ord(char) + 0xFEE0) if char == "1" else char for char in OPEN),
            "spaces around the number": f" {OPEN} ",
            "the number of a closed one, in another case,": GONE.lower(),
        }.items()
    ),
    entering("1,000 CJK characters as a name", order(customer={"name": "聯" * 1_000}), "/customer/name"),
    entering("a control character in a name", order(customer={"name": "A\u0007B"}), "/customer/name"),
    entering("a lone surrogate in a name", order(customer={"name": "A\udfff"}), "/customer/name"),
    entering("an unknown language", order(customer={"name": "A", "language": "tlh"}), "/customer/language"),
    entering("an unknown priority", order(priority="yesterday"), "/priority"),
    entering("an owner who is not of sales", order(owner="quality1"), "/owner"),
    entering("an owner whom nobody knows", order(owner="nobody\0"), "/owner"),
    entering("10 MB", b'{"note": "' + b"x" * 10_000_000 + b'"}', "", 413, "too-large"),
    entering("64 kB and one byte", json.dumps(order()).encode().ljust(65_537), "", 413, "too-large"),
    entering("not JSON", b"order_no=7", "", 400, "bad-json"),
    entering("half of it", json.dumps(order()).encode()[:-1], "", 400, "bad-json"),
    entering("two of them", json.dumps(order()).encode() * 2, "", 400, "bad-json"),
    entering("invalid UTF-8", json.dumps(order(note="?")).encode().replace(b"?", b"\xff\xfe"), "", 400, "bad-json"),
    entering("UTF-16", json.dumps(order()).encode("utf-16"), "", 400, "bad-json"),
    entering("a byte order mark", b"\xef\xbb\xbf" + json.dumps(order()).encode(), "", 400, "bad-json"),
    entering("a surrogate in UTF-8", json.dumps(order(note="?")).encode().replace(b"?", b"\xed\xa0\x80"), "", 400, "bad-json"),
    entering("a key twice", b'{"order_no": "A", "order_no": "B"}', "", 400, "bad-json"),
    entering("a key twice, once escaped", b'{"note": "A", "n\\u006fte": "B"}', "", 400, "bad-json"),
    entering("a key twice inside", b'{"customer": {"name": "A", "name": "B"}}', "", 400, "bad-json"),
    entering("10,000 nested arrays", NESTED, "", 400, "bad-json"),
    entering("100 nested arrays", b'{"lines": ' + b"[" * 100 + b"]" * 100 + b"}", "/lines/0"),
]


@pytest.mark.parametrize("bad", ENTERING, ids=str)
def test_a_bad_order_changes_nothing(quiet: BesiegedPlant, bad: Bad) -> None:
    changes_nothing(quiet, bad)


# What looks odd, and is fine.


def test_odd_texts_come_back_as_they_were_given(plant: BesiegedPlant) -> None:
    odd = {"name": "مصنع \u202eabc\u202c \u200d👩\u200d🏭 ﷽ <script>", "email": "a@b.example"}
    note = "'; DROP TABLE customer_order; -- {{7*7}} ${HOME} %s %00 \\u0000"
    shown = plant.enter(customer=odd, note=note, ship_to="Ω" * 200).now()
    assert (shown["customer"]["name"], shown["note"], shown["ship_to"]) == (odd["name"], note, "Ω" * 200)
