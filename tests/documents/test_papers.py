"""Papers: printed for real, and read back by another library than the one that made them."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import segno
from pypdf import PdfReader

from activities.documents import printing
from activities.documents.papers import IS_THERE, NothingToPrint
from activities.documents.printing import NoPrinter, Printer, pressed
from tests.documents.conftest import Office
from tests.documents.plant import LINES, STATEMENT, WholeOrder, gone_the_whole_way, keep, sign
from tests.store.plant import NOW
from workflows.types.orders import Line
from workflows.types.words import DocumentKind, Language

NOTE = "請小心 🏭🚚 直骨角 碁 𠮷野家 <b>&amp;</b> {{ 7*7 }}"
MANY = tuple(Line(product_model=f"泵浦 {n:03} 碁", quantity=n + 1) for n in range(200))
SPOKEN = [Language.ZH_HANT, Language.ZH_HANS, Language.EN]

Printed = dict[DocumentKind, PdfReader]


@pytest.fixture(scope="module")
def signed(office: Office) -> Office:
    """With an order of 200 lines that has gone the whole way."""
    gone_the_whole_way(office.db, lines=MANY, note=NOTE)
    sign(office.db)
    return office


@pytest.fixture(scope="module")
def printed(signed: Office) -> Printed:
    """Every paper of it."""
    record = signed.filing.record("PO-1")
    new = signed.filing.printed(record, list(DocumentKind), None, "anna", NOW)
    return {each.kind: PdfReader(BytesIO(signed.filing.vault.open(each.sha256))) for each in new}


def test_papers_say_what_the_record_says_in_whatever_characters(printed: Printed) -> None:
    texts = {kind: "\n".join(page.extract_text() for page in reader.pages) for kind, reader in printed.items()}
    for text in texts.values():
        assert "PO-1" in text
    for character in "碁𠮷🏭🚚直骨角":
        assert character in texts[DocumentKind.CUSTOMER_ORDER]
    assert "<b>&amp;</b> {{ 7*7 }}" in texts[DocumentKind.CUSTOMER_ORDER], "data, never markup"
    report = texts[DocumentKind.INSPECTION_REPORT]
    assert all(word in report for word in ("scratch", "on the 泵 cover", "worn jig", "jig replaced"))
    assert "KT-77" in texts[DocumentKind.DELIVERY_NOTE] and "Kerry" in texts[DocumentKind.DELIVERY_NOTE]
    assert "Line 3" in texts[DocumentKind.PRODUCTION_PLAN]
    assert "林碁" in texts[DocumentKind.SIGN_OFF]


def test_a_table_of_200_lines_goes_over_pages_and_loses_none(printed: Printed) -> None:
    pages = [page.extract_text() for page in printed[DocumentKind.CUSTOMER_ORDER].pages]
    assert len(pages) > 4
    # Between ideographs and digits a reader may see a space where the page has a little room.
    found = re.findall(r"泵浦\s*(\d{3})\s*碁", "\n".join(pages))
    assert found == [f"{n:03}" for n in range(200)]
    assert len({text.split("\n")[0] for text in pages[1:]}) == 1, "the table's head stands on each page"


def test_fonts_are_embedded_as_subsets(printed: Printed) -> None:
    for reader in printed.values():
        found = list(fonts(reader))
        assert found
        for font in found:
            assert re.match(r"/[A-Z]{6}\+", font["/BaseFont"]), "only what is used of it"
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert any(name.startswith("/FontFile") for name in descriptor)


def test_characters_are_drawn_as_their_readers_write_them(signed: Office) -> None:
    record, papers = signed.filing.record("PO-1"), signed.filing.papers
    notes = [papers.write(record, DocumentKind.DELIVERY_NOTE, language) for language in SPOKEN]
    for pdf, forms in zip(pressed(notes, 60), ("TC", "SC", "TC"), strict=True):
        named = {font["/BaseFont"] for font in fonts(PdfReader(BytesIO(pdf))) if "CJK" in font["/BaseFont"]}
        assert named and all(f"CJK-{forms}" in name for name in named), "English in Taiwan has Taiwan's names in it"


def test_the_same_paper_is_the_same_bytes(signed: Office) -> None:
    paper = signed.filing.papers.write(signed.filing.record("PO-1"), DocumentKind.SIGN_OFF, Language.ZH_HANT)
    assert pressed([paper], 60) == pressed([paper], 60)


def test_each_step_has_a_code_that_leads_to_it(signed: Office) -> None:
    paper = signed.filing.papers.write(signed.filing.record("PO-1"), DocumentKind.PRODUCTION_PLAN, Language.EN)
    for kind in ("make_plan", "produce", "inspect", "dispatch"):
        code = segno.make(f"http://plant.example/orders/PO-1/step/{kind}", error="m", micro=False)
        assert code.svg_data_uri(scale=4, border=2).replace("'", "&#39;") in paper


def test_a_signed_receipt_is_the_statement_byte_for_byte(signed: Office) -> None:
    (filed,) = signed.filing.file_signatures(signed.filing.record("PO-1"))
    assert signed.filing.vault.open(filed.document.sha256) == STATEMENT.encode()
    assert filed.document.sha256 == signed.db.signatures.of_order("PO-1")[0].sha256
    assert not signed.filing.file_signatures(signed.filing.record("PO-1"))[0].is_new


def test_what_has_not_happened_cannot_be_printed(office: Office) -> None:
    keep(office.db, WholeOrder("PO-2", lines=LINES))
    record = office.filing.record("PO-2")
    assert not [kind for kind in DocumentKind if IS_THERE[kind](record)]
    with pytest.raises(NothingToPrint):
        office.filing.printed(record, [DocumentKind.DELIVERY_NOTE], None, "anna", NOW)


def test_a_paper_reaches_neither_files_nor_the_network(tmp_path: Path) -> None:
    picture = tmp_path / "secret.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><text y="40">secret</text></svg>')
    reaching = f'<p>before</p><img src="{picture.as_uri()}" alt="nothing"><link rel="stylesheet" href="http://127.0.0.1:9/x.css">'
    (pdf,) = pressed([f"{reaching}<p>after</p>"], 60)
    text = PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert "before" in text and "after" in text and "secret" not in text


def test_a_machine_without_fonts_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "COMMAND", ("-c", NO_FONTS))
    with pytest.raises(NoPrinter, match="Chinese font"):
        Printer().print(["<p>x</p>"])


def test_a_machine_without_pango_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "COMMAND", ("-c", NO_PANGO))
    with pytest.raises(NoPrinter, match="Pango"):
        Printer().print(["<p>x</p>"])


NO_FONTS = """
from activities.documents import press
press.FONTS = ("/nowhere",)
press.main()
"""
NO_PANGO = """
import ctypes.util, cffi, sys
class Without(cffi.FFI):
    def dlopen(self, name, *flags):
        raise OSError("cannot load library 'libpango-1.0-0'")
cffi.FFI = Without
from activities.documents import press
press.main()
"""


def fonts(reader: PdfReader) -> Iterator[Any]:
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            yield font.get_object()
