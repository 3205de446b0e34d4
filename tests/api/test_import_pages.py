"""Files of orders at the pages: looked at row by row before anything is entered, entered once, and gone on with."""

import asyncio
import io
import zipfile
from datetime import timedelta

import pytest
from openpyxl import Workbook

from api.engine import EngineIsAway
from api.importing import StackWentAway
from api.pages.orders import import_work, importing
from tests.api.looking import ROOT, Looker, Reading
from tests.api.plant import Plant

HEAD = "order_no,customer,product_model,quantity,requested_date"
TWO = f"{HEAD}\nA-1,聯宏精密,Pump 7,120,2027-04-01\nA-2,X,Pump 8,many,2027-04-01\nA-1,聯宏精密,Valve,4,2027-04-01\n"


class Importer(Looker):
    async def put_down(self, content: bytes | str, **how: str) -> Reading:
        form = (await self.look("/orders/import")).form("/orders/import")
        file = {"file": ("orders.csv", content if isinstance(content, bytes) else content.encode(), "text/csv")}
        self.answer = await self.plant.client.post(
            f"{ROOT}/orders/import", data=form.with_(how), files=file, headers={"Cookie": self.cookie}
        )
        return await self.arrived() if self.answer.status_code == 303 else Reading(self.answer.text)

    async def arrived(self) -> Reading:
        """What is to be seen once nothing is under way any more."""
        address = self.answer.headers["location"]
        for _ in range(100):
            page = await self.look(address)
            if "Look again" not in page.text:
                return page
            await asyncio.sleep(0.1)
        raise AssertionError(page.text)

    async def enter(self, page: Reading) -> Reading:
        (form,) = [form for form in page.forms if form.action.startswith("/imports/")]
        await self.send(form)
        assert self.answer.status_code == 303
        return await self.arrived()

    @property
    def cookie(self) -> str:
        return f"jiaoqi_session={self._cookie}"


async def numbers(plant: Plant) -> set[str]:
    return {order["order_no"] for order in (await plant.get("sales1", "/orders")).json()["items"]}


async def test_every_row_is_seen_before_anything_is_entered(plant: Plant) -> None:
    sales = Importer(plant, "sales1")
    page = await sales.put_down(TWO)
    assert "Orders that would be entered: 1" in page.text and "Refused: 1" in page.text
    assert "2 A-1 聯宏精密 Pump 7 120 2027-04-01 ✓ would be entered" in page.text
    assert "3 A-2 X Pump 8 many 2027-04-01 ✖ refused quantity:" in page.text
    assert await numbers(plant) == set()
    page = await sales.enter(page)
    assert "Orders entered: 1" in page.text and "3 A-2 quantity" in page.text
    assert await numbers(plant) == {"A-1"}
    assert len((await plant.get("sales1", "/orders/A-1")).json()["lines"]) == 2


async def test_the_same_file_again_adds_nothing(plant: Plant) -> None:
    sales = Importer(plant, "sales1")
    await sales.enter(await sales.put_down(TWO))
    page = await sales.put_down(TWO)
    assert "Orders that would be entered: 0" in page.text and "There already: 1" in page.text
    assert not [form for form in page.forms if form.action.startswith("/imports/")], "there is nothing to enter"


async def test_entering_is_pressed_twice_and_done_once(plant: Plant) -> None:
    sales = Importer(plant, "sales1")
    page = await sales.put_down(TWO)
    (form,) = [form for form in page.forms if form.action.startswith("/imports/")]
    await asyncio.gather(*(sales.send(form) for _ in range(3)))
    assert "Orders entered: 1" in (await sales.arrived()).text
    assert [name for name, _ in plant.engine.heard].count("enter") == 1


async def test_a_workbook_is_read_too_and_shifted_to_today(plant: Plant) -> None:
    book, content = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD.split(","))
    sheet.append(["W-1", "X", "Pump", 5, "2020-01-31"])
    book.save(content)
    sales = Importer(plant, "sales1")
    page = await sales.put_down(content.getvalue())
    assert "Refused: 1" in page.text and "has passed" in page.text
    page = await sales.put_down(content.getvalue(), rebase="yes")
    assert "W-1 X Pump 5 2027-03-01 ✓ would be entered" in page.text


async def test_one_far_date_of_a_shifted_file_refuses_its_own_order_only(plant: Plant) -> None:
    far = f"{HEAD}\nA-1,X,Pump,1,2020-01-31\nA-2,X,Pump,1,9999-12-31\n"
    page = await Importer(plant, "sales1").put_down(far, rebase="yes")
    assert "Orders that would be entered: 1" in page.text and "Refused: 1" in page.text
    assert "A-1 X Pump 1 2027-03-01 ✓ would be entered" in page.text and "more than 20 years away" in page.text


async def test_a_file_checked_one_day_is_shifted_to_the_day_on_which_it_is_entered(plant: Plant) -> None:
    sales = Importer(plant, "sales1")
    plant.now += timedelta(hours=2)
    page = await sales.put_down(f"{HEAD}\nA-1,X,Pump,1,2020-01-31\n", rebase="yes")
    plant.now += timedelta(hours=23)
    page = await sales.enter(page)
    assert "Orders entered: 1" in page.text and "Refused: 0" in page.text
    assert (await plant.get("sales1", "/orders/A-1")).json()["requested_date"] == "2027-03-02"


async def test_a_plants_own_mapping_says_what_its_columns_mean(plant: Plant) -> None:
    mapping = '[columns]\norder_no="Nr"\ncustomer="Kunde"\nproduct_model="Artikel"\nquantity="Menge"\nrequested_date="Termin"\n'
    sales = Importer(plant, "sales1")
    file = "Nr;Kunde;Artikel;Menge;Termin\nD-1;Weber;Pumpe;3;2027-05-05\n"
    page = await sales.put_down(file, mapping="own", own=mapping)
    assert "D-1 Weber Pumpe 3 2027-05-05 ✓ would be entered" in page.text
    page = await sales.put_down(file, mapping="own", own="[columns]\nnonsense = 1\n")
    assert sales.answer.status_code == 422 and page.form("/orders/import").value("own") == "[columns]\nnonsense = 1"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("just,some,columns\n1,2,3\n", "has no column 'order_no'"),
        (b"\xff\xfe\xfa", "is not UTF-16"),
        (b"PK\x03\x04 no workbook", "is no XLSX workbook, or damaged"),
        (f"{HEAD}\nA-1,\xff,a,1,2027-04-01".encode("latin-1"), "is not UTF-8"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(plant: Plant, content: str | bytes, why: str) -> None:
    page = await Importer(plant, "sales1").put_down(content)
    assert why in page.text and "/tmp" not in page.text


async def test_a_file_in_an_encoding_of_its_own_is_read_when_told_so(plant: Plant) -> None:
    page = await Importer(plant, "sales1").put_down(f"{HEAD}\nB-1,聯宏精密,泵,1,2027-04-01\n".encode("big5"), encoding="big5")
    assert "B-1 聯宏精密 泵 1 2027-04-01 ✓ would be entered" in page.text


async def test_an_empty_file_is_refused_at_once(plant: Plant) -> None:
    sales = Importer(plant, "sales1")
    await sales.put_down("")
    assert sales.answer.status_code == 422


async def test_what_is_too_much_is_left_to_the_command_line(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_work, "MOST_ROWS", 2)
    page = await Importer(plant, "sales1").put_down(TWO)
    assert "has more than 2 rows" in page.text


async def test_a_workbook_that_unpacks_without_end_is_not_unpacked(plant: Plant) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
        for _ in range(220):
            sheet.write(b" " * (1 << 20))
    page = await Importer(plant, "sales1").put_down(bomb.getvalue())
    assert "is too large a workbook" in page.text


async def test_a_bomb_in_what_a_workbook_keeps_beside_its_sheets_is_not_unpacked(plant: Plant) -> None:
    """The library reads strings and styles as a whole: 200 MB of them would take the process with them."""
    bomb = io.BytesIO(workbook())
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as member:
        for _ in range(40):
            member.write(b" " * (1 << 20))
    page = await Importer(plant, "sales1").put_down(bomb.getvalue())
    assert "is too large a workbook" in page.text


@pytest.mark.parametrize("damage", ["packed", "checksum", "encrypted", "method"])
async def test_a_damaged_workbook_is_said_to_be_damaged(plant: Plant, damage: str) -> None:
    page = await Importer(plant, "sales1").put_down(damaged(workbook(), damage))
    assert "is damaged" in page.text or "or damaged" in page.text, page.text
    assert "interrupted" not in page.text


async def test_what_nobody_foresaw_is_told_and_logged(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object) -> None:
        raise RecursionError("a fault of the test")

    monkeypatch.setattr(import_work, "survey", break_down)
    page = await Importer(plant, "sales1").put_down(TWO)
    assert "something unforeseen happened" in page.text
    assert "RecursionError" in caplog.text
    caplog.clear()


async def test_a_check_that_failed_is_done_again_before_anything_is_entered(plant: Plant) -> None:
    sales = Importer(plant, "sales1")
    with pytest.MonkeyPatch.context() as breaking:
        breaking.setattr(import_work, "take", break_in_the_middle)
        page = await sales.put_down(TWO)
    assert "import again to go on" in page.text and "Nothing has been entered yet." in page.text
    page = await sales.enter(page)
    assert "Orders that would be entered: 1" in page.text and "✖ refused quantity:" in page.text
    assert await numbers(plant) == set()
    assert "Orders entered: 1" in (await sales.enter(page)).text


async def break_in_the_middle(*_: object) -> None:
    """As when the store stays away after the file was read."""
    raise StackWentAway("A-1", "the store is away")


async def test_who_sees_some_of_the_faults_is_told_of_the_rest(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_FAULTS", 2)
    sales = Importer(plant, "sales1")
    page = await sales.enter(await sales.put_down(TWO))
    assert "3 A-2 quantity" in page.text and "more" not in page.text
    rows = ["M-1,X,Pump,1,2027-04-01", *(f"F-{n},X,Pump,many,2027-04-01" for n in range(5))]
    page = await sales.enter(await sales.put_down("\n".join([HEAD, *rows])))
    assert "F-1" in page.text and "F-2" not in page.text and "and 3 more" in page.text


def workbook() -> bytes:
    book, content = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD.split(","), ["W-1", "X", "Pump", 5, "2027-04-01"]):
        sheet.append(row)
    book.save(content)
    return content.getvalue()


def damaged(content: bytes, how: str) -> bytes:
    """The first sheet, of which something is wrong on the disk."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
        begin = sheet.header_offset + 30 + len(sheet.filename)
        listed = content.rindex(b"PK\x01\x02", 0, content.rindex(sheet.filename.encode()))
    damaged = bytearray(content)
    match how:
        case "packed":
            damaged[begin : begin + 20] = b"\xff" * 20
        case "checksum":
            damaged[listed + 16 : listed + 20] = b"\0\0\0\0"
        case "encrypted":
            damaged[sheet.header_offset + 6] |= 1
            damaged[listed + 8] |= 1
        case "method":
            damaged[sheet.header_offset + 8] = damaged[listed + 10] = 99
    return bytes(damaged)


async def test_names_in_a_file_are_never_markup(plant: Plant) -> None:
    sales = Importer(plant, "sales1")
    page = await sales.put_down(f"{HEAD}\nA-1,<script>alert(1)</script>,=1+1,1,2027-04-01\nA-2,<b>x,y,z,<i>\n")
    assert "<script>alert" not in sales.answer.text and "<b>x" not in sales.answer.text and "<i>" not in sales.answer.text
    await sales.enter(page)
    assert (await plant.get("sales1", "/orders/A-1")).json()["customer"]["name"] == "<script>alert(1)</script>"


async def test_a_file_is_nobody_elses_and_gone_after_a_day(plant: Plant) -> None:
    sales = Importer(plant, "sales1")
    await sales.put_down(TWO)
    address = sales.answer.url.path
    for name, status in {"sales2": 404, "quality1": 403}.items():
        other = Looker(plant, name)
        await other.look(address)
        assert other.answer.status_code == status
    plant.now += timedelta(days=1, seconds=1)
    await sales.look(address)
    assert sales.answer.status_code == 404


async def test_many_orders_are_shown_page_by_page_and_the_refused_alone(plant: Plant) -> None:
    rows = [f"M-{n:03},X,Pump,{'many' if n == 77 else 1},2027-04-01" for n in range(120)]
    sales = Importer(plant, "sales1")
    page = await sales.put_down("\n".join([HEAD, *rows]))
    assert "Orders that would be entered: 119" in page.text and "M-049" in page.text and "M-050" not in page.text
    (following,) = [link for link in page.links if link.startswith("/imports/") and "page=2" in link]
    assert "M-050" in (await sales.look(following)).text
    (only,) = [link for link in page.links if link.startswith("/imports/") and link.endswith("?only=refused")]
    page = await sales.look(only)
    assert "M-077" in page.text and "M-076" not in page.text
    page = await sales.enter(page)
    assert "Orders entered: 119" in page.text and len(plant.engine.orders) == 119


async def test_an_import_whose_process_died_is_gone_on_with(plant: Plant) -> None:
    sales = Importer(plant, "sales1")
    page = await sales.put_down("\n".join([HEAD, *(f"M-{n},X,Pump,1,2027-04-01" for n in range(8))]))
    (form,) = [form for form in page.forms if form.action.startswith("/imports/")]
    upload = form.action.rpartition("/")[2]
    await plant.entered("M-3", customer={"name": "X"}, lines=[{"product_model": "Pump", "quantity": 1}])
    plant.store.uploads.note(upload, state="entering", beat_at=plant.now - timedelta(minutes=1), entered=3)
    page = await sales.look(form.action)
    assert "was interrupted" in page.text
    page = await sales.enter(page)
    assert "Orders entered: 7" in page.text and "There already: 1" in page.text
    assert len(plant.engine.orders) == 8


async def test_an_engine_that_stays_away_is_told_and_nothing_is_lost(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.importing.PATIENCE", 0.0)
    sales = Importer(plant, "sales1")
    page = await sales.put_down(TWO)
    plant.engine.fails_before = EngineIsAway()
    page = await sales.enter(page)
    assert "import again to go on" in page.text
    assert "Orders entered: 1" in (await sales.enter(page)).text
