"""One language: its sentences, and how it writes dates, instants and numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_location
from babel.numbers import format_decimal

from activities.languages.catalogue import Catalogue
from workflows.types.words import Language

LOCALES = {Language.EN: "en_GB", Language.ZH_HANT: "zh_Hant_TW", Language.ZH_HANS: "zh_Hans_CN"}
MOST_TAGS = 20
SAID_BEFORE = 2_048
"""Days and instants whose words are kept."""
NAMES = {Language.EN: "English", Language.ZH_HANT: "繁體中文", Language.ZH_HANS: "简体中文"}

OUR_WORDS = {"department": "departments", "kind": "tasks", "status": "statuses"}
"""By gap: the table of the plant's words in which its value stands."""
UNMISTAKABLE = 12
"""Characters of a sentence's own that make it likely enough."""
OUR_SENTENCES = frozenset({"what", "why", "message", "fault", "field_type", "detail", "lost", "hint"})
"""Gaps whose values are sentences of ours, too."""


@dataclass(frozen=True)
class Tongue:
    """English sentences are the keys; `text` gives them in this language."""

    language: Language
    locale: Locale
    catalogue: Catalogue

    @classmethod
    @cache
    def of(cls, language: Language) -> "Tongue":
        return cls(language, Locale.parse(LOCALES[language]), Catalogue.of(language))

    def text(self, message: str, /, **values: object) -> str:
        """The sentence in this language, with the values put in."""
        found = self.catalogue.translations.gettext(message) if message else ""
        return found.format(**values) if values else found

    def said(self, english: str) -> str:
        """In this language what arrived in English with its gaps filled; what nobody has translated stays English."""
        if self.is_english or not english:
            return english
        found = self.catalogue.translations.gettext(english)
        return found if found != english else self._refilled(english)

    def _refilled(self, english: str) -> str:
        """The longest sentence that fits; one whose inner sentences nobody knows only when nothing fits better."""
        second_best = english
        for mould in self.catalogue.moulds:
            if (values := mould.fit(english)) is None:
                continue
            known = {gap: self._value(gap, value) for gap, value in values.items()}
            found = self.text(mould.template, **known)
            if all(known[gap] != value for gap, value in values.items() if value and gap in OUR_SENTENCES):
                return found
            if second_best == english and mould.length >= UNMISTAKABLE:
                second_best = found
        return second_best

    def _value(self, gap: str, value: str) -> str:
        """Ours are translated, too; what people typed is theirs."""
        if table := OUR_WORDS.get(gap):
            return closed_word(self.language, table, value)
        return self.said(value) if gap in OUR_SENTENCES else value

    def day(self, day: date | None) -> str:
        """With its weekday, since plants plan by weekdays."""
        return "" if day is None else on_the_calendar(day, "EEE d MMM y" if self.is_english else "y年M月d日 EEE", self.locale)

    def instant(self, instant: datetime | None, zone: str) -> str:
        """As the plant's clocks show it, with the zone's name."""
        if instant is None:
            return ""
        there = instant.astimezone(ZoneInfo(zone))
        pattern = "EEE d MMM y, HH:mm" if self.is_english else "y年M月d日 EEE HH:mm"
        # Without its zone: two instants are the same to Python when only their walls' clocks differ.
        return f"{on_the_wall(there.replace(tzinfo=None), pattern, self.locale)} {self.zone(there)}"

    def zone(self, there: datetime) -> str:
        """The zone by its city, which people know better than its abbreviation."""
        return city_of(there.tzinfo or UTC, self.locale)

    def number(self, number: float) -> str:
        return str(format_decimal(number, locale=self.locale))

    @property
    def is_english(self) -> bool:
        return self.language is Language.EN


# A page and a morning's mails name the same few days over and over, and Babel takes each pattern apart anew.


@lru_cache(SAID_BEFORE)
def on_the_calendar(day: date, pattern: str, locale: Locale) -> str:
    return format_date(day, pattern, locale)


@lru_cache(SAID_BEFORE)
def on_the_wall(there: datetime, pattern: str, locale: Locale) -> str:
    return format_datetime(there, pattern, locale=locale)


@lru_cache(SAID_BEFORE)
def city_of(zone: tzinfo, locale: Locale) -> str:
    return str(get_timezone_location(zone, locale=locale, return_city=True))


def closed_word(language: Language, table: str, word: str) -> str:
    # The mails' room speaks through this one, and is a heavy thing to enter.
    from activities.mail.words import Words

    names: dict[str, str] = getattr(Words.of(language), table)
    return names.get(word, word)


def wished(accept_language: str) -> list[str]:
    """The tags of an Accept-Language header, the dearest first."""
    parts = [part.partition(";") for part in accept_language.split(",")[:MOST_TAGS]]
    weighed = [(tag.strip(), weight(parameter)) for tag, _, parameter in parts]
    return [tag for tag, dear in sorted(weighed, key=lambda each: -each[1]) if tag and dear > 0]


def weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def chosen(wishes: Iterable[str]) -> Language | None:
    """The first of these language tags that we speak: `zh-TW` and `zh-HK` are Traditional, other Chinese Simplified."""
    return next((found for wish in wishes if (found := spoken(wish))), None)


def spoken(tag: str) -> Language | None:
    parts = tag.strip().replace("_", "-").lower().split("-")
    if parts[0] == "en":
        return Language.EN
    if parts[0] != "zh":
        return None
    if "hans" in parts:
        return Language.ZH_HANS
    return Language.ZH_HANT if {"hant", "tw", "hk", "mo"} & set(parts[1:]) else Language.ZH_HANS
