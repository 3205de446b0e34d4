"""What an uploaded file is: told by its content, never by its name."""

from io import BytesIO
from zipfile import BadZipFile, ZipFile

PDF, PLAIN = "application/pdf", "text/plain; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

BEGINNINGS = {
    b"%PDF-": PDF,
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}
PARTS = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}
"""What a zipped office file has in it."""
MACROS = "vbaproject.bin"
ENDINGS = {
    PDF: "pdf",
    PLAIN: "txt",
    XLSX: "xlsx",
    DOCX: "docx",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/tiff": "tif",
}
TAKEN = "PDF, PNG, JPEG, TIFF, XLSX, DOCX, CSV or text in UTF-8"
"""As people are told."""


def media_type(content: bytes) -> str | None:
    """None: nothing that we take."""
    for beginning, found in BEGINNINGS.items():
        if content.startswith(beginning):
            return found
    return office(content) if content.startswith(b"PK\x03\x04") else text(content)


def office(content: bytes) -> str | None:
    """A workbook or a letter without programs in it."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (BadZipFile, ValueError, NotImplementedError):
        return None
    if any(name.lower().endswith(MACROS) for name in names):
        return None
    return next((found for part, found in PARTS.items() if part in names), None)


def text(content: bytes) -> str | None:
    try:
        read = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return PLAIN if all(char >= " " or char in "\t\r\n\f" for char in read) else None


def ending(media_type: str) -> str:
    """Of a file's name."""
    return ENDINGS.get(media_type, "bin")
