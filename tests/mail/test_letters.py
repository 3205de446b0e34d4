"""Every kind of mail in every language says what, which order, until when, what to do, and where; customers see no inside."""

from datetime import date
from html.parser import HTMLParser
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import StrictUndefined
from typing_extensions import override

from activities.languages import Tongue
from activities.mail.letters import DATA, RUNGS, Letter, Letters
from activities.mail.recipients import CUSTOMER, UNOWNED
from activities.mail.words import TEMPLATES, Words
from tests.mail.samples import hold, matter, notice, order, person, row, task
from tests.mail.samples import written as day
from workflows.types.notices import Notice
from workflows.types.orders import Customer, Line
from workflows.types.slack import Blame, Cause, written
from workflows.types.words import Department, Kind, Language, Priority

PUBLIC = "https://jiaoqi.example"
LETTERS = Letters(PUBLIC, undefined=StrictUndefined)
STAFF = (
    *("order_released", "task_opened", *RUNGS, "外協催件", "shipping_notice", "order_cancelled", "promise_moved", "at_risk"),
    *("late", "silent", "hold_ended", "undeliverable", UNOWNED),
)
CUSTOMERS = (
    *("order_confirmed", "shipping_notice", "sign_off_request", "feedback_request", "order_cancelled", "promise_moved"),
    "remind",
)
OF_A_TASK = ("task_opened", *RUNGS, "外協催件", UNOWNED, "silent", "sign_off_request", "feedback_request")
FILLED = {
    "mode": "sea",
    "carrier": "Evergreen <b>",
    "ship_at": "2026-11-28T02:00:00Z",
    "arrival": "2026-12-02",
    "transit_days": "4",
    "tracking_no": "TR-99",
    "old": "2026-12-03",
    "new": "2026-12-08",
    "reason": "mould <broken> & gone",
    "forecast": "2026-12-05",
    "cause": written((Cause(blame=Blame.REWORK, n=2, hours=24), Cause(blame=Blame.STEP, kind=Kind.INSPECT, n=1, hours=6.5))),
    "revision": "1",
    "since": "2026-11-19T01:00:00Z",
    "kind": "shipping_notice",
    "recipient": "customer",
}


class Reader(HTMLParser):
    """What a mail program shows of a page, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str | None] = []
        self.open: list[str] = []
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def about(kind: str, data: dict[str, str], **more: Any) -> Notice:
    task_id = "JQ-1.inspect.1" if kind in OF_A_TASK else None
    level = 1 if kind in (*RUNGS, "外協催件") else 0
    return notice(kind, "assignee", data=data, **{"task_id": task_id, "level": level} | more)


def write(kind: str, language: Language, recipient: str = "quality1", data: dict[str, str] = FILLED) -> Letter:
    told = about(kind, data)
    on_hold = order(hold=hold())
    return LETTERS.write(
        told,
        row(told, recipient, language=language),
        matter(order=on_hold, task=task() if told.task_id else None, holder="quality1"),
    )


ALL_LETTERS = [
    *((kind, language, "quality1") for kind, language in product(STAFF, Language)),
    *((kind, language, CUSTOMER) for kind, language in product(CUSTOMERS, Language)),
]


@pytest.mark.parametrize("data", [FILLED, {}], ids=["filled", "bare"])
@pytest.mark.parametrize(("kind", "language", "recipient"), ALL_LETTERS)
def test_every_letter_renders_whole(kind: str, language: Language, recipient: str, data: dict[str, str]) -> None:
    letter = write(kind, language, recipient, data)
    read = Reader(letter.html)
    assert letter.subject == letter.subject.strip() and letter.subject
    assert not read.open
    shown = " ".join(read.texts)
    for said in (letter.subject, letter.text, shown):
        assert "None" not in said and "{" not in said and "  %" not in said
    for fact in ("JQ-1", "泵浦 P-7", "Valve <V&2>", day("2026-12-03", language)):
        assert fact in letter.text and fact in shown
    assert "<V&2>" not in letter.html
    assert "\n\n\n" not in letter.text


@pytest.mark.parametrize(("kind", "language", "recipient"), ALL_LETTERS)
def test_text_and_html_say_the_same(kind: str, language: Language, recipient: str) -> None:
    letter = write(kind, language, recipient)
    shown = " ".join(Reader(letter.html).texts)
    for line in letter.text.splitlines():
        label, _, value = line.strip().partition(Words.of(language).letter["colon"].strip())
        assert line.strip() == "--" or line.strip() in shown or (label in shown and value.strip() in shown) or PUBLIC in line


@pytest.mark.parametrize(("kind", "language"), list(product(STAFF, Language)))
def test_staff_get_a_link_to_where_they_act(kind: str, language: Language) -> None:
    letter = write(kind, language)
    page = "tasks/JQ-1.inspect.1" if kind in OF_A_TASK else "orders/JQ-1"
    assert f"{PUBLIC}/{page}" in letter.text
    assert Reader(letter.html).links == [f"{PUBLIC}/{page}"]


@pytest.mark.parametrize(("kind", "language"), list(product(CUSTOMERS, Language)))
def test_customers_get_no_link_and_none_of_the_plants_inside(kind: str, language: Language) -> None:
    letter = write(kind, language, CUSTOMER)
    words = Words.of(language)
    assert PUBLIC not in letter.text + letter.html
    assert not Reader(letter.html).links
    for inside in ("quality1", words.departments["quality"], words.labels["expected_completion"], words.priorities["rush"]):
        assert inside not in letter.text + letter.html
    assert "sales1 <sales1@plant.example>" in letter.text
    assert "聯宏精密" in letter.text and "台中一廠" in letter.text


@pytest.mark.parametrize(("kind", "language"), list(product(("task_opened", *RUNGS, "外協催件", UNOWNED), Language)))
def test_what_is_due_stands_in_the_plants_time(kind: str, language: Language) -> None:
    letter = write(kind, language)
    zone = Tongue.of(language).zone(task().due_at.astimezone(ZoneInfo("Asia/Taipei")))
    assert zone and f"{day('2026-11-20', language, '17:00')}{zone}" in letter.text
    assert Words.of(language).task(Kind.INSPECT) in letter.subject


@pytest.mark.parametrize("language", Language)
def test_a_rung_of_the_plants_own_carries_its_name(language: Language) -> None:
    assert write("外協催件", language).subject.startswith("外協催件")


def test_a_rung_named_like_another_mail_is_still_a_rung() -> None:
    told = about("shipping_notice", {}, task_id="JQ-1.inspect.1", level=2)
    assert "Inspect" in LETTERS.write(told, row(told), matter(task=task())).subject


def test_a_rung_says_whether_the_deadline_has_passed() -> None:
    told = about("外協催件", {})
    before = LETTERS.write(told, row(told), matter(task=task()))
    after = LETTERS.write(told, row(told), matter(task=task(), now=task().due_at))
    assert "is due Fri 20 Nov 2026" in before.text and "was due Fri 20 Nov 2026" in after.text


@pytest.mark.parametrize("language", Language)
def test_the_shipping_notice_says_how_by_whom_and_when(language: Language) -> None:
    for recipient in (CUSTOMER, "sales1"):
        text = write("shipping_notice", language, recipient).text
        when = (day("2026-11-28", language, "10:00"), day("2026-12-02", language))
        for said in (Words.of(language).modes["sea"], "Evergreen <b>", *when):
            assert said in text


def test_the_shipping_notice_falls_back_on_what_the_order_knows() -> None:
    text = write("shipping_notice", Language.EN, CUSTOMER, {}).text
    assert "Shipping: Sat 28 Nov 2026, 10:00 " in text and "\nArrival: Mon 30 Nov 2026" in text


@pytest.mark.parametrize("language", Language)
def test_a_moved_promise_says_from_when_to_when_and_why(language: Language) -> None:
    for recipient in (CUSTOMER, "production1"):
        text = write("promise_moved", language, recipient).text
        for said in (day("2026-12-03", language), day("2026-12-08", language), "mould <broken> & gone"):
            assert said in text


def test_why_an_order_was_cancelled_is_the_plants_own_business() -> None:
    assert "mould" in write("order_cancelled", Language.EN).text
    assert "mould" not in write("order_cancelled", Language.EN, CUSTOMER).text


def test_what_nobody_received_is_named_to_management() -> None:
    told = notice("order_released", "production", "warehouse")
    letter = LETTERS.write(told, row(told, "boss", kind=UNOWNED), matter())
    assert letter.subject == "Nobody to tell: release of the order"
    assert "It was meant for: Production, Warehouse" in letter.text
    told = about("overdue", {})
    letter = LETTERS.write(told, row(told, "boss", kind=UNOWNED), matter(task=task()))
    assert letter.subject == "Nobody for the task: Inspect"
    assert "It was meant for: whoever holds the task" in letter.text


def test_a_dead_mail_is_named_in_words() -> None:
    text = write("undeliverable", Language.EN).text
    assert "The mail “shipping notice” about the order of 聯宏精密 could not be delivered to the customer." in text


def test_markup_in_what_people_typed_stays_text() -> None:
    shown = matter(order=order(customer=Customer(name="<script>alert(1)</script>"), ship_to="<img src=x>"), task=task())
    told = about("task_opened", {})
    html = LETTERS.write(told, row(told), shown).html
    assert "<script" not in html and "<img" not in html
    assert "<script>alert(1)</script>" in Reader(html).texts


def test_templates_are_no_templates_for_what_people_typed() -> None:
    told = about("promise_moved", {"reason": "{{ order.owner }} {name}"})
    assert "{{ order.owner }} {name}" in LETTERS.write(told, row(told), matter()).text
    typed = matter(order=order(lines=(Line(product_model="{quantity} {{ 7 * 7 }}", quantity=3),)))
    assert "1. {quantity} {{ 7 * 7 }}: 3 pcs" in LETTERS.write(told, row(told), typed).text


def test_a_task_shows_its_own_quantity_only_where_it_is_not_the_orders() -> None:
    label = Words.of(Language.EN).labels["quantities"]
    told = about("task_opened", {})
    part, whole = (matter(task=task(quantities=quantities)) for quantities in ({"2": 5}, {"1": 120, "2": 40}))
    assert f"{label}: 2. Valve <V&2>: 5 set" in LETTERS.write(told, row(told), part).text
    assert label not in LETTERS.write(told, row(told), whole).text


def test_a_long_order_shows_its_first_lines_and_counts_the_others() -> None:
    long = order(lines=tuple(Line(product_model=f"M-{n}", quantity=n) for n in range(1, 201)))
    told = about("order_released", {})
    text = LETTERS.write(told, row(told), matter(order=long)).text
    assert "20. M-20: 20 pcs" in text and "21. M-21" not in text and "and 180 more" in text


def test_what_is_unknown_is_left_out() -> None:
    bare = order(customer=Customer(name="ACME"), customer_ref=None, ship_to=None, priority=Priority.NORMAL, planned_ship=None)
    told = about("order_released", {})
    text = LETTERS.write(told, row(told), matter(order=bare, owner=None)).text
    for label in ("customer_ref", "ship_to", "priority", "planned_ship"):
        assert Words.of(Language.EN).labels[label] not in text


def test_a_customer_without_a_reachable_contact_is_promised_no_answer() -> None:
    told = about("order_confirmed", {})
    for owner in (None, person("sales1", Department.SALES, email=None)):
        text = LETTERS.write(told, row(told, CUSTOMER), matter(owner=owner)).text
        assert text.endswith("This message was sent automatically.\n")


def test_links_carry_order_numbers_of_any_script() -> None:
    told = notice("order_released", "production")
    text = LETTERS.write(told, row(told), matter(order=order("訂單-1"))).text
    assert f"{PUBLIC}/orders/%E8%A8%82%E5%96%AE-1" in text


def test_all_languages_have_the_same_words() -> None:
    shapes = []
    for language in Language:
        words = Words.of(language)
        shapes.append({table: sorted(entries) for table, entries in vars(words).items()})
        assert all(text.strip() for entries in vars(words).values() for text in entries.values())
        assert words.tasks.keys() == words.todo.keys() == set(Kind)
        assert words.departments.keys() == set(Department)
        assert words.priorities.keys() == set(Priority)
    assert shapes[0] == shapes[1] == shapes[2]


def test_all_languages_have_the_same_letters() -> None:
    folders = [folder for folder in TEMPLATES.iterdir() if folder.is_dir() and folder.name != "words"]
    for folder in folders:
        files = {file.name.removesuffix(".txt.j2") for file in folder.iterdir()}
        readers = {name.removesuffix(".customer") for name in files}
        assert readers == set(Language), folder
        assert len(files) % 3 == 0, folder
    known = {folder.name for folder in folders}
    assert known - {"rung"} <= set(Words.of(Language.EN).mails)
    assert known >= set(DATA)


def test_the_scripts_are_not_mixed_up() -> None:
    """A Traditional character in the Simplified words is a slip, and the other way round."""
    traditional, simplified = "單們業產質庫應鏈訂確認計畫檢驗處請將達時間", "单们业产质库应链订确认计划检验处请将达时间"
    only_traditional = {one for one, other in zip(traditional, simplified, strict=True) if one != other}
    only_simplified = {other for one, other in zip(traditional, simplified, strict=True) if one != other}
    for file in TEMPLATES.rglob("zh-*"):
        wrong = only_simplified if file.name.startswith("zh-Hant") else only_traditional
        assert not wrong & set(file.read_text("utf-8")), file


@pytest.mark.parametrize("kind", ["at_risk", "late"])
@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (Language.EN, ["Where the slack went:", "- Round 2 of rework: 24 h", "- Inspect: 6.5 h longer than allowed"]),
        (Language.ZH_HANT, ["緩衝耗用原因：", "- 第 2 次重工：24 工時", "- 品質檢驗：超出允許時間 6.5 工時"]),
        (Language.ZH_HANS, ["缓冲耗用原因：", "- 第 2 次返工：24 工时", "- 质量检验：超出允许时间 6.5 工时"]),
    ],
)
def test_a_warning_says_what_ate_the_slack_the_most_first(kind: str, language: Language, lines: list[str]) -> None:
    letter = write(kind, language)
    assert "\n".join(lines) in letter.text
    assert all(line in Reader(letter.html).texts or line in " ".join(Reader(letter.html).texts) for line in lines)
    assert day("2026-12-05", language) in letter.text


@pytest.mark.parametrize("language", Language)
def test_every_cause_has_words(language: Language) -> None:
    words = Words.of(language)
    assert words.causes.keys() == set(Blame)
    said = {words.cause(Cause(blame=blame, kind=Kind.ACCEPT, n=3, hours=7.25)) for blame in Blame}
    assert len(said) == len(Blame)
    assert all("{" not in each for each in said)
    assert sum("7.25" in each for each in said) == len(Blame) - 1


def test_a_first_promise_is_shown_once_it_was_moved_and_so_is_the_delivery() -> None:
    told = about("order_released", {})
    moved = order(first_promised=date(2026, 11, 30), delivered=date(2026, 12, 2))
    text = LETTERS.write(told, row(told), matter(order=moved)).text
    for line in ("Promised date: Thu 3 Dec 2026", "First promised date: Mon 30 Nov 2026", "Delivered: Wed 2 Dec 2026"):
        assert line in text
    assert "First promised" not in LETTERS.write(told, row(told), matter()).text
