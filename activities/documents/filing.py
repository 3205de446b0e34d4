"""Filing: papers are printed and put on file, each as a version of its own when it says something new."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from activities.documents.media_types import PDF, PLAIN
from activities.documents.papers import IS_THERE, NothingToPrint, Papers
from activities.documents.printing import Printer
from activities.documents.record import Record
from activities.documents.vault import Vault
from activities.failures import ForeseenFailure
from activities.store import Store
from activities.store.documents import GENERATED, SIGNED, DocumentOut, NewDocument
from workflows.types.words import CUSTOMER, DocumentKind, Language


class UnknownOrder(ForeseenFailure):
    """There is no order of this number."""

    exit_code = 2

    def __init__(self, order_no: str) -> None:
        super().__init__(f"there is no order {order_no!r}")


class Filed(NamedTuple):
    document: DocumentOut
    is_new: bool


class Filing:
    """Share one between threads."""

    def __init__(self, store: Store, vault: Vault, papers: Papers, printer: Printer) -> None:
        self.store, self.vault, self.papers, self._printer = store, vault, papers, printer

    def record(self, order_no: str) -> Record:
        """Raises UnknownOrder."""
        record = Record.of(self.store, order_no)
        if record is None:
            raise UnknownOrder(order_no)
        return record

    def file_all(self, order_no: str, by: str, now: datetime, language: Language | None = None) -> list[Filed]:
        """Everything that the record can tell by now. Raises UnknownOrder, NotPrinted, VaultIsAway."""
        record = self.record(order_no)
        signed = self.file_signatures(record)
        kinds = [kind for kind in DocumentKind if IS_THERE[kind](record)]
        printed = self.printed(record, kinds, language, by, now)
        return signed + [Filed(*self.store.documents.file(new)) for new in printed]

    def file_signatures(self, record: Record) -> list[Filed]:
        """The statements that customers signed by a link, byte for byte as they were shown."""
        return [Filed(*self.store.documents.file(self._statement(record, each.sha256))) for each in record.receipts]

    def printed(
        self,
        record: Record,
        kinds: Sequence[DocumentKind],
        language: Language | None,
        by: str,
        now: datetime,
        patience: float | None = None,
    ) -> list[NewDocument]:
        """Papers, put down and ready to be put on file; in the customer's language unless another is asked for."""
        tongue = language or record.order.customer.language
        for kind in kinds:
            if not IS_THERE[kind](record):
                raise NothingToPrint(kind)
        pdfs = self._printer.print([self.papers.write(record, kind, tongue) for kind in kinds], patience) if kinds else []
        return [
            NewDocument(
                order_no=record.order.order_no,
                kind=kind,
                sha256=self.vault.put(pdf),
                size=len(pdf),
                media_type=PDF,
                author=by,
                at=now,
                source=GENERATED,
                language=tongue,
            )
            for kind, pdf in zip(kinds, pdfs, strict=True)
        ]

    def _statement(self, record: Record, sha256: str) -> NewDocument:
        signature = next(each for each in record.receipts if each.sha256 == sha256)
        content = signature.statement.encode()
        return NewDocument(
            order_no=record.order.order_no,
            kind=DocumentKind.SIGN_OFF,
            sha256=self.vault.put(content),
            size=len(content),
            media_type=PLAIN,
            author=CUSTOMER,
            at=signature.signed_at or signature.drafted_at,
            source=SIGNED,
            task_id=signature.task_id,
        )
