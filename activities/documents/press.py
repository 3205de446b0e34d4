"""The press: a process of its own that makes PDFs of papers, and of nothing that they refer to.

It reads one JSON document ({"style": …, "papers": [HTML, …]}) and writes another ({"pdfs": [base64, …]}). It knows neither
store nor settings; whatever happens in the libraries of its trade ends with it.
"""

import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

NO_PRINTER = 3
"""The exit status where the machine lacks what it takes; its standard error says what."""
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts", "/System/Library/Fonts")
FULL = ("NotoSansCJK", "SourceHanSans")
"""Full Chinese fonts, by how their files' names begin."""


def main() -> None:
    wanted = json.load(sys.stdin.buffer)
    check_fonts()
    pdfs = [printed(html, wanted["style"]) for html in wanted["papers"]]
    json.dump({"pdfs": [base64.b64encode(pdf).decode() for pdf in pdfs]}, sys.stdout)


def printed(html: str, style: str) -> bytes:
    """The same bytes for the same paper: no clock and no chance is in them."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        reason = str(error).splitlines()[0]
        give_up(f"WeasyPrint and Pango are needed: {reason}")
    # Only what stands in the paper itself is looked at: no network, no files.
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    sheet = CSS(string=style, url_fetcher=fetcher)
    document = HTML(string=html, url_fetcher=fetcher, media_type="print").render(stylesheets=[sheet])
    made = document.write_pdf(pdf_identifier=hashlib.sha256(html.encode()).digest()[:16])
    assert isinstance(made, bytes)  # noqa: S101 - no target was given
    return made


def check_fonts() -> None:
    if not any(file.name.startswith(FULL) for folder in FONTS for file in files_in(Path(folder).expanduser())):
        give_up("a full Chinese font is needed: Noto Sans CJK")


def files_in(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*.[to]t[cf]") if file.is_file())


def give_up(why: str) -> NoReturn:
    sys.stderr.write(why)
    sys.exit(NO_PRINTER)


if __name__ == "__main__":
    main()
