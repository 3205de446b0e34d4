"""The sentences of one language, read from what translators edit."""

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from activities.languages.moulds import Mould
from workflows.types.words import Language

FOLDER = Path(__file__).parent / "catalogues"
SPOKEN = "said"
"""The comment of sentences that arrive with their gaps filled: what the order, the API and the commands say."""


@dataclass(frozen=True)
class Catalogue:
    translations: NullTranslations
    moulds: tuple[Mould, ...] = ()
    """Of the sentences that arrive with their gaps filled, the longest first."""

    @classmethod
    @cache
    def of(cls, language: Language) -> "Catalogue":
        """English needs none."""
        if language is Language.EN:
            return cls(NullTranslations())
        with (FOLDER / f"{language}.po").open("rb") as file:
            messages = read_po(file, locale=language.partition("-")[0])
        compiled = BytesIO()
        write_mo(compiled, messages)
        compiled.seek(0)
        moulds = (Mould(str(each.id)) for each in messages if SPOKEN in each.auto_comments and "{" in each.id)
        return cls(GNUTranslations(compiled), tuple(sorted(moulds, key=lambda mould: -mould.length)))
