"""What was put into orders' files: documents of every making, and statements that customers signed by a link, or did not."""

from collections.abc import Iterable
from random import Random
from typing import Any

from sqlalchemy import insert

from activities.store import Store
from activities.store.document_tables import DOCUMENT
from activities.store.documents import GENERATED, SIGNED, UPLOADED
from activities.store.keys import order_key
from activities.store.tables import SIGNATURE
from tests.figures.walks import NOW
from workflows.types.words import DocumentKind

MADE = (UPLOADED, UPLOADED, UPLOADED, SIGNED, GENERATED, "by link", "by link", "unsigned", "refused", None)
"""What there is of the customer's signature, one as likely as another."""


def file_some(store: Store, orders: Iterable[str]) -> None:
    """Of each order what chance brings; without its customer's hand a file is not complete."""
    documents, statements = [], []
    for number in orders:
        dice = Random(number)
        match dice.choice(MADE):
            case "by link" | "unsigned" | "refused" as how:
                statements.append(statement(number, how))
            case str() as source:
                documents.append(paper(number, DocumentKind.SIGN_OFF, source))
        if dice.random() < 0.3:
            documents.append(paper(number, dice.choice([*DocumentKind][:-1]), GENERATED))
    put(store, documents, statements)


def put(store: Store, documents: list[dict[str, Any]], statements: list[dict[str, Any]]) -> None:
    with store.database.writing() as connection:
        for table, rows in ((DOCUMENT, documents), (SIGNATURE, statements)):
            if rows:
                connection.execute(insert(table), rows)


def paper(number: str, kind: DocumentKind, source: str, version: int = 1) -> dict[str, Any]:
    row = {"order_id": order_key(number), "order_no": number, "kind": kind.value, "version": version, "at": NOW}
    return {**row, "source": source, **dict.fromkeys(("sha256", "media_type", "name", "author"), "x"), "size": 1}


def statement(number: str, how: str = "by link") -> dict[str, Any]:
    known = {"link": number, "order_id": order_key(number), "order_no": number, "task_id": f"{number}.sign_off.1"}
    texts = dict.fromkeys(("statement", "sha256", "name", "address", "code_hash"), "x")
    stated = {"outcome": "refused" if how == "refused" else "signed", "signed_at": None if how == "unsigned" else NOW}
    return {**known, **texts, **stated, "fields": "{}", "drafted_at": NOW, "code_expires_at": NOW, "attempts": 0, "codes": 1}
