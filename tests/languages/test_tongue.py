"""Days and instants in words, which are kept once they were said."""

from datetime import UTC, date, datetime

from activities.languages import Tongue
from workflows.types.words import Language

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def test_one_instant_is_told_by_the_clocks_of_each_plant() -> None:
    english = Tongue.of(Language.EN)
    told = [english.instant(NOON, zone) for zone in ("Asia/Taipei", "Europe/Berlin", "Asia/Taipei", "UTC")]
    assert [text.split(", ")[1][:5] for text in told] == ["12:00", "05:00", "12:00", "04:00"]
    assert told[0] == told[2] and "Taipei" in told[0] and "Berlin" in told[1]


def test_one_day_is_told_in_each_language() -> None:
    told = {language: Tongue.of(language).day(date(2026, 11, 20)) for language in Language for _ in range(2)}
    assert told[Language.EN] == "Fri 20 Nov 2026"
    assert told[Language.ZH_HANT] == "2026年11月20日 週五" and told[Language.ZH_HANS] == "2026年11月20日 周五"
