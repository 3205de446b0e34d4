"""One language: its sentences, and how it writes dates, instants and numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_name
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from workflows.types.words import Language

CATALOGUES = Path(__file__).parent / "catalogues"
LOCALES = {Language.EN: "en_GB", Language.ZH_HANT: "zh_Hant_TW", Language.ZH_HANS: "zh_Hans_CN"}
NAMES = {Language.EN: "English", Language.ZH_HANT: "繁體中文", Language.ZH_HANS: "简体中文"}


@dataclass(frozen=True)
class Tongue:
    """English sentences are the keys; `text` gives them in this language."""

    language: Language
    locale: Locale
    translations: NullTranslations

    @classmethod
    @cache
    def of(cls, language: Language) -> "Tongue":
        return cls(language, Locale.parse(LOCALES[language]), catalogue(language))

    def text(self, message: str, **values: object) -> str:
        """The sentence in this language, with the values put in."""
        found = self.translations.gettext(message) if message else ""
        return found.format(**values) if values else found

    def day(self, day: date | None) -> str:
        """With its weekday, since plants plan by weekdays."""
        return "" if day is None else format_date(day, "EEE d MMM y" if self.is_english else "y年M月d日 EEE", self.locale)

    def instant(self, instant: datetime | None, zone: str) -> str:
        """As the plant's clocks show it, with the zone's name."""
        if instant is None:
            return ""
        there = instant.astimezone(ZoneInfo(zone))
        pattern = "EEE d MMM y, HH:mm" if self.is_english else "y年M月d日 EEE HH:mm"
        return f"{format_datetime(there, pattern, locale=self.locale)} {self.zone(there)}"

    def zone(self, there: datetime) -> str:
        return str(get_timezone_name(there, width="short", locale=self.locale))

    def number(self, number: float) -> str:
        return str(format_decimal(number, locale=self.locale))

    @property
    def is_english(self) -> bool:
        return self.language is Language.EN


@cache
def catalogue(language: Language) -> NullTranslations:
    """The translations, compiled from what translators edit; English needs none."""
    if language is Language.EN:
        return NullTranslations()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        compiled = BytesIO()
        write_mo(compiled, read_po(file, locale=LOCALES[language].partition("_")[0]))
    compiled.seek(0)
    return GNUTranslations(compiled)


def chosen(wishes: Iterable[str]) -> Language | None:
    """The first of these language tags that we speak: `zh-TW` and `zh-HK` are Traditional, other Chinese Simplified."""
    return next((found for wish in wishes if (found := spoken(wish))), None)


def spoken(tag: str) -> Language | None:
    parts = tag.strip().replace("_", "-").lower().split("-")
    if parts[0] == "en":
        return Language.EN
    if parts[0] != "zh":
        return None
    return Language.ZH_HANT if {"hant", "tw", "hk", "mo"} & set(parts[1:]) else Language.ZH_HANS
