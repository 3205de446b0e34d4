"""Which language somebody wants."""

import pytest

from activities.languages import chosen, wished
from workflows.types.words import Language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("*", None),
        ("de", None),
        ("en-GB", Language.EN),
        ("zh", Language.ZH_HANS),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.ZH_HANS),
        ("zh-TW,zh;q=0.9,en;q=0.8", Language.ZH_HANT),
        ("zh-HK", Language.ZH_HANT),
        ("zh-Hans-HK", Language.ZH_HANS),
        ("de-DE,de;q=0.9,zh-TW;q=0.8,en;q=0.7", Language.ZH_HANT),
        ("en;q=0.5, zh-TW", Language.ZH_HANT),
        ("zh-TW;q=0, en;q=0.1", Language.EN),
        ("zh-TW;q=much", None),
        (";;q,,=", None),
    ],
)
def test_the_dearest_that_we_speak(header: str, language: Language | None) -> None:
    assert chosen(wished(header)) is language
