"""Papers: what a document says, in a language, as one HTML page for browser and printer alike."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from activities.documents.record import WAY, Record
from activities.failures import ForeseenFailure
from activities.languages import Tongue
from activities.languages.bidi import tamed
from activities.mail.words import Words
from workflows.types.words import DocumentKind, Kind, Language

TEMPLATES = Path(__file__).parent / "templates"
SCALE = 4
TRADITIONAL = ("TW", "HK", "MO")
"""Where a plant's names are read in Traditional characters, whatever language a paper is in."""

IS_THERE: dict[DocumentKind, Callable[[Record], bool]] = {
    DocumentKind.CUSTOMER_ORDER: lambda record: bool(record.order.promises),
    DocumentKind.PRODUCTION_PLAN: lambda record: record.plan is not None,
    DocumentKind.INSPECTION_REPORT: lambda record: record.is_inspected,
    DocumentKind.DELIVERY_NOTE: lambda record: bool(record.deliveries),
    DocumentKind.SIGN_OFF: lambda record: bool(record.receipts),
}
"""Whether there is something to print yet."""


class NothingToPrint(ForeseenFailure):
    """What this document tells has not happened yet."""

    def __init__(self, kind: DocumentKind) -> None:
        super().__init__(f"the record has nothing for {kind} yet")


class Frame(NamedTuple):
    """Where a reader of the page may go from it."""

    links: Sequence[tuple[str, str]]
    """Address and name."""
    languages: Sequence[tuple[str, str, str]]
    """Address, code and name."""


class Papers:
    """Writes papers; `public_url` is where their codes lead."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")

    def write(self, record: Record, kind: DocumentKind, language: Language, frame: Frame | None = None) -> str:
        """The whole page; what the frame has stands above it on a screen. Raises NothingToPrint."""
        if not IS_THERE[kind](record):
            raise NothingToPrint(kind)
        tongue = Tongue.of(language)
        told = {"record": record, "order": record.order, "plant": record.policy.plant, "zone": record.order.plant_time_zone}
        steps = [(each, record.last(each), self._code(record, each)) for each in WAY if kind is DocumentKind.PRODUCTION_PLAN]
        return (
            templates()
            .get_template(f"{kind}.html")
            .render(
                **told,
                _=tongue.text,
                tongue=tongue,
                words=Words.of(language),
                title=title(kind, tongue),
                steps=steps,
                han=han(record.policy.plant.country, language),
                frame=frame,
                who=lambda person: record.names.get(person, person),
            )
        )

    def _code(self, record: Record, kind: Kind) -> str:
        """A code that leads to what is to be done in this step, as an image in the page itself."""
        address = f"{self._public_url}/orders/{quote(record.order.order_no, safe='')}/step/{kind}"
        return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=SCALE, border=2))


def title(kind: str, tongue: Tongue) -> str:
    """What a kind of document is called."""
    _ = tongue.text
    names = {
        DocumentKind.CUSTOMER_ORDER: _("Order confirmation"),
        DocumentKind.PRODUCTION_PLAN: _("Production plan"),
        DocumentKind.INSPECTION_REPORT: _("Inspection report"),
        DocumentKind.DELIVERY_NOTE: _("Delivery note"),
        DocumentKind.SIGN_OFF: _("Signed receipt"),
    }
    return names[DocumentKind(kind)]


def han(country: str, language: Language) -> str:
    """Whose forms Chinese characters are printed in, where the same code has several."""
    if language is Language.EN:
        return "TC" if country in TRADITIONAL else "SC"
    return "TC" if language is Language.ZH_HANT else "SC"


def style() -> str:
    """The one stylesheet, of screen and paper."""
    return (TEMPLATES / "paper.css").read_text("utf-8")


@cache
def templates() -> Environment:
    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "auto_reload": False, "finalize": tamed}
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, **options)
