"""The archive: closed orders' whole files put away, looked through, and removed when their time is over."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from activities.documents import bundles
from activities.documents.completeness import missing
from activities.documents.filing import Filing
from activities.documents.record import Record
from activities.documents.vault import ContentIsDamaged, ContentIsMissing, Vault
from activities.failures import ForeseenFailure
from activities.store import Store
from activities.store.archives import ArchiveOut, Bundled, NewBundle
from activities.store.views import NoticeOut
from workflows.types.words import ENDED, SYSTEM

A_PAGE = 200
A_FEW = 50
"""Orders whose time is over that are removed together."""


class BundleIsNotWhole(ForeseenFailure):
    """What was just written reads back as something else."""


class NotClosed(ForeseenFailure):
    """Only closed orders are archived."""

    def __init__(self, order_no: str) -> None:
        super().__init__(f"{order_no} is still under way")


class Finding(NamedTuple):
    """Something in the archive or on file is not as it was put there."""

    order_no: str
    what: str


class Archiving:
    """Share one between threads."""

    def __init__(self, filing: Filing, kept: Vault) -> None:
        self.filing, self.kept = filing, kept
        self._store: Store = filing.store

    def archive(self, order_no: str, now: datetime) -> ArchiveOut:
        """Prints what is to be printed, bundles all of it, reads it back. The same again is no second bundle."""
        record = self.filing.record(order_no)
        if record.order.status not in ENDED:
            raise NotClosed(record.order.order_no)
        self.filing.file_all(order_no, SYSTEM, now)
        contents = self._contents(record)
        written = bundles.write(contents, self.filing.vault, self.kept)
        if found := bundles.faults(self.kept.checked(written.sha256), written.manifest):
            raise BundleIsNotWhole(f"{order_no}: {found[0]}")
        held = next(iter(self._store.archives.of_order(order_no)), None)
        if held and held.archive.sha256 == written.sha256 and held.archive.removed_at is None:
            return held.archive
        return self._store.archives.note(noted(contents, written, now))

    def verify(self, order_no: str, now: datetime) -> list[Finding]:
        """Whether every content on file and every bundle of an order is what was put there."""
        wrong = [Finding(order_no, what) for what in self._documents_faults(order_no)]
        for bundled in self._store.archives.of_order(order_no):
            if bundled.archive.removed_at is not None:
                continue
            found = self.faults(bundled)
            wrong += [Finding(order_no, f"bundle {bundled.archive.id}: {what}") for what in found]
            if not found:
                self._store.archives.verified(bundled.archive.id, now)
        return wrong

    def verify_all(self, now: datetime) -> Iterator[tuple[str, list[Finding]]]:
        """Order by order."""
        for order_no in self.order_nos():
            yield order_no, self.verify(order_no, now)

    def order_nos(self) -> Iterator[str]:
        """Of all that have anything on file, or in the archive."""
        after = ""
        while few := self._store.archives.with_contents(after, A_PAGE):
            yield from few.values()
            after = next(reversed(few))

    def faults(self, bundled: Bundled) -> list[str]:
        """What is wrong with one bundle."""
        try:
            return bundles.faults(self.kept.checked(bundled.archive.sha256), bundled.manifest)
        except (ContentIsMissing, ContentIsDamaged) as failure:
            return [str(failure)]

    def remove_over(self, before: datetime, now: datetime) -> int:
        """How many bundles of orders closed before then went, of the next few; their rows stay, and the house's log tells."""
        gone = 0
        for archive in self._store.archives.over(before, A_FEW):
            # First what takes room: a run that dies in between, or that finds it too fresh, is done again by the next.
            needless = self._store.archives.needless(archive.order_no)
            if all([*map(self.filing.vault.remove, needless)]) and self.kept.remove(archive.sha256):
                self._store.archives.removed(archive, now)
                gone += 1
        return gone

    def _documents_faults(self, order_no: str) -> Iterator[str]:
        for document in self._store.documents.of_order(order_no):
            if document.removed_at is None:
                try:
                    self.filing.vault.verify(document.sha256)
                except (ContentIsMissing, ContentIsDamaged) as failure:
                    yield f"{bundles.name_of(document)}: {failure}"

    def _contents(self, record: Record) -> bundles.Contents:
        order_no = record.order.order_no
        documents = [each for each in self._store.documents.of_order(order_no) if each.removed_at is None]
        _, digest = self._store.orders.governed(order_no)
        lacking = [kind.value for kind in missing(self._store, order_no)]
        return bundles.Contents(record, digest, documents, list(self._notices(order_no)), lacking, closed_at(record))

    def _notices(self, order_no: str) -> Iterator[NoticeOut]:
        cursor: str | None = None
        while True:
            page = self._store.orders.notices(order_no, A_PAGE, cursor)
            yield from page.items
            if (cursor := page.next_cursor) is None:
                return


def closed_at(record: Record) -> datetime:
    """When its last event was: of a closed order that is its end."""
    return record.events[-1].at.astimezone(UTC)


def noted(contents: bundles.Contents, written: bundles.Written, now: datetime) -> NewBundle:
    order = contents.record.order
    return NewBundle(
        order_no=order.order_no,
        customer=order.customer.name,
        closed_at=contents.closed_at,
        sha256=written.sha256,
        size=written.size,
        manifest=written.manifest,
        missing=tuple(contents.missing),
        last_document=max((document.id for document in contents.documents), default=0),
        last_seq=contents.record.events[-1].seq,
        at=now,
    )


def years_before(now: datetime, years: int) -> datetime:
    """The same day so many years ago; of a leap day the day before it."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)
