"""What a person may do with the documents of an order: put one on file, or have one printed and filed."""

import hashlib
from abc import abstractmethod
from dataclasses import dataclass, field
from urllib.parse import quote

from typing_extensions import override

from activities.documents.media_types import TAKEN, media_type
from activities.documents.vault import Vault, VaultIsAway
from activities.store.documents import UPLOADED, NewDocument
from activities.store.keys import order_key
from activities.store.replies import Reply
from api import forms
from api.calls import Call
from api.deeds import Office, ToInbox, Verdict
from api.document_forms import DocumentIn
from api.document_problems import problem_of
from api.gate import BASE
from api.order_deeds import AboutOrder
from api.problems import invalid
from workflows.rules.authority import MAY_SPEAK_FOR_ORDERS
from workflows.types.commands import Actor
from workflows.types.orders import OrderRow
from workflows.types.refusals import Fault, Refusal

MOST_BYTES = 20 * 1024 * 1024
MOST_NAME = 200


@dataclass(frozen=True)
class SentFile:
    """A file as somebody sent it."""

    content: bytes = field(repr=False)
    name: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class DocumentDeed(AboutOrder):
    """One thing done to the file of an order, which the order does not hear of."""

    def __init__(self, office: Office, order_no: str) -> None:
        super().__init__(office, order_no, f"/orders/{order_key(order_no)}/documents")

    @override
    def may(self, actor: Actor, subject: OrderRow, call: Call) -> Refusal | None:
        return may_file(actor, subject)

    @override
    def read(self, call: Call, actor: Actor, subject: OrderRow) -> Verdict:
        new = self.document(call, subject)
        location = f"{BASE}/orders/{quote(subject.order_no, safe='')}/documents"
        return ToInbox(lambda: self.file(new, call, location))

    @abstractmethod
    def document(self, call: Call, subject: OrderRow) -> NewDocument:
        """What is to be put on file; raises 422."""

    def file(self, new: NewDocument, call: Call, location: str) -> Reply:
        return self.office.store.documents.file_once(new, call.ref, location)

    @override
    def check_version(self, call: Call, subject: OrderRow) -> None:
        """A document is of no version of the order."""

    @override
    def hindrance(self, actor: Actor, subject: OrderRow, verdict: Verdict) -> Refusal | None:
        """Also of an order that is closed: what is missing may be put on file later."""
        return None


class Upload(DocumentDeed):
    """Puts a file on file; what it is its content says."""

    def __init__(self, office: Office, vault: Vault, order_no: str, sent: SentFile) -> None:
        super().__init__(office, order_no)
        self.vault, self.sent = vault, sent

    @override
    def document(self, call: Call, subject: OrderRow) -> NewDocument:
        said = dict(call.body)
        said.pop("sha256", None)
        form = forms.read(DocumentIn, said)
        found = media_type(self.sent.content) if self.sent.content else None
        if not self.sent.content:
            raise invalid(Fault(pointer="/file", message="choose a file that is not empty"))
        if found is None:
            raise invalid(Fault(pointer="/file", message=f"send {TAKEN}; what this file contains is none of these"))
        self.check_task(form.task_id, subject)
        return NewDocument(
            order_no=subject.order_no,
            kind=form.kind,
            sha256=self.sent.sha256,
            size=len(self.sent.content),
            media_type=found,
            author=call.person.id,
            at=call.now,
            source=UPLOADED,
            name=shortened(self.sent.name),
            task_id=form.task_id,
            note=form.note,
        )

    def check_task(self, task_id: str | None, subject: OrderRow) -> None:
        record = self.office.store.tasks.record(task_id) if task_id else None
        if task_id and (record is None or record.order.order_id != subject.order_id):
            raise invalid(Fault(pointer="/task_id", message="this order has no such task"))

    @override
    def file(self, new: NewDocument, call: Call, location: str) -> Reply:
        try:
            self.vault.put(self.sent.content)
        except VaultIsAway as failure:
            raise problem_of(failure) from None
        return super().file(new, call, location)


class FilePaper(DocumentDeed):
    """Files what was printed from the record a moment ago."""

    def __init__(self, office: Office, order_no: str, printed: NewDocument) -> None:
        super().__init__(office, order_no)
        self.path += "/generate"
        self.printed = printed

    @override
    def document(self, call: Call, subject: OrderRow) -> NewDocument:
        return self.printed


def may_file(actor: Actor, order: OrderRow) -> Refusal | None:
    """Departments that ever had a task of the order, sales and management."""
    if {*order.asked, *MAY_SPEAK_FOR_ORDERS} & {*actor.departments}:
        return None
    return Refusal(code="forbidden", detail="documents are filed by departments with a task of the order, sales and management")


def shortened(name: str) -> str:
    """What a file was called, as it can be kept and shown: data, and the name of nothing of ours."""
    return "".join(char if char.isprintable() else "�" for char in name)[:MOST_NAME]
