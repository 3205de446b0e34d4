"""What people send about documents."""

from typing import Annotated

from pydantic import Field, StrictStr

from api.forms import Form
from workflows.types.texts import Text
from workflows.types.words import DocumentKind, Language


class DocumentIn(Form):
    """What is said of a file that is put on file."""

    kind: DocumentKind
    task_id: Annotated[StrictStr, Field(min_length=1, max_length=200)] | None = None
    note: Text | None = None


class PaperIn(Form):
    """Which document is to be printed from the record."""

    kind: DocumentKind
    language: Language | None = None
