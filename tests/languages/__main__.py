"""`make words`: brings the catalogues in line with the sentences of the product; what is new waits for a translator."""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from activities.languages.catalogue import FOLDER
from tests.languages.gathering import catalogue

HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: jiaoqi\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def update(path: Path, wanted: Catalog) -> int:
    """How many sentences wait for a translator."""
    with path.open("rb") as file:
        kept = read_po(file, locale="zh")
    # Guessed translations would be taken for true ones; what is no longer said is forgotten.
    kept.update(wanted, no_fuzzy_matching=True)
    path.write_text(HEADER + written(kept), "utf-8")
    return sum(1 for message in kept if message.id and not message.string)


def written(found: Catalog) -> str:
    text = BytesIO()
    write_po(text, found, width=0, omit_header=True, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return text.getvalue().decode("utf-8").strip() + "\n"


if __name__ == "__main__":
    wanted = catalogue()
    for path in sorted(FOLDER.glob("*.po")):
        sys.stdout.write(f"{path.stem}: {update(path, wanted)} sentences to translate\n")
