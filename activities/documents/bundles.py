"""Bundles: everything on file of one closed order in one zip, with a manifest that says what it must be."""

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from activities.documents.media_types import ending
from activities.documents.record import Record
from activities.documents.vault import Vault
from activities.store.documents import DocumentOut
from activities.store.policies import canonical
from activities.store.views import NoticeOut

FORMAT = "jiaoqi-archive-1"
MANIFEST = "manifest.json"
SINCE_EVER = (1980, 1, 1, 0, 0, 0)
"""The one time of everything in a bundle: the same file of an order is the same bundle."""
READABLE = 0o600 << 16
LEVEL = 6


class Contents(NamedTuple):
    """What a bundle is made of."""

    record: Record
    policy: str
    """The digest of the policy."""
    documents: Sequence[DocumentOut]
    notices: Sequence[NoticeOut]
    missing: Sequence[str]
    closed_at: datetime


class Written(NamedTuple):
    sha256: str
    size: int
    manifest: str


def write(contents: Contents, documents: Vault, bundles: Vault) -> Written:
    """Raises ContentIsMissing, ContentIsDamaged of a document: what is not whole is not archived."""
    with bundles.draft() as draft:
        with ZipFile(draft, "w", ZIP_DEFLATED) as archive:
            files = [added(archive, name, content, about) for name, content, about in files_of(contents, documents)]
            manifest = manifest_of(contents, files)
            archive.writestr(entry(MANIFEST), manifest.encode(), compresslevel=LEVEL)
        size = draft.stat().st_size
        return Written(bundles.keep(draft), size, manifest)


def files_of(contents: Contents, vault: Vault) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Name, content, and what the manifest tells of it beside its digest."""
    record = contents.record
    for document in contents.documents:
        about = document.model_dump(mode="json", exclude={"id", "order_no", "sha256", "size", "removed_at"})
        yield name_of(document), vault.open(document.sha256), about
    yield "order.json", record.order.model_dump_json(indent=1).encode(), {}
    yield "events.jsonl", lines(event.model_dump_json() for event in record.events), {}
    yield "tasks.jsonl", lines(task.model_dump_json() for task in record.tasks), {}
    yield "notices.jsonl", lines(notice.model_dump_json() for notice in contents.notices), {}
    yield "signatures.jsonl", lines(map(signature, record.signatures)), {}
    yield "policy.json", canonical(record.policy).encode(), {"digest": contents.policy}


def name_of(document: DocumentOut) -> str:
    """Inside a bundle, and of what is downloaded: never as its uploader called it."""
    language = f"-{document.language}" if document.language else ""
    return f"documents/{document.kind}-v{document.version}{language}.{ending(document.media_type)}"


def signature(signed: Any) -> str:
    told = (
        "order_no",
        "task_id",
        "statement",
        "sha256",
        "name",
        "address",
        "outcome",
        "fields",
        "drafted_at",
        "signed_at",
        "link",
    )
    return json.dumps({name: getattr(signed, name) for name in told}, ensure_ascii=False, default=str)


def lines(rows: Iterator[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def added(archive: ZipFile, name: str, content: bytes, about: dict[str, Any]) -> dict[str, Any]:
    archive.writestr(entry(name), content, compresslevel=LEVEL)
    return {"path": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content), **about}


def entry(name: str) -> ZipInfo:
    info = ZipInfo(name, SINCE_EVER)
    info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, READABLE, 3
    return info


def manifest_of(contents: Contents, files: list[dict[str, Any]]) -> str:
    order = contents.record.order
    told = {
        "format": FORMAT,
        "order_no": order.order_no,
        "customer": order.customer.name,
        "products": sorted({line.product_model for line in order.lines}),
        "status": order.status,
        "delivery": order.delivery,
        "closed_at": contents.closed_at.isoformat().replace("+00:00", "Z"),
        "policy": contents.policy,
        "missing": list(contents.missing),
        "files": files,
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)


def faults(bundle: Path, manifest: str) -> list[str]:
    """What of a bundle is not as its manifest, kept elsewhere too, says."""
    try:
        with ZipFile(bundle) as archive:
            return list(_faults(archive, manifest))
    except (BadZipFile, OSError, zlib.error, ValueError, NotImplementedError) as error:
        return [unreadable_fault(error)]


def _faults(archive: ZipFile, manifest: str) -> Iterator[str]:
    if archive.read(MANIFEST).decode() != manifest:
        yield manifest_fault()
    told = {file["path"]: file["sha256"] for file in json.loads(manifest)["files"]}
    there = set(archive.namelist()) - {MANIFEST}
    yield from (gone_fault(name) for name in sorted(told.keys() - there))
    yield from (added_fault(name) for name in sorted(there - told.keys()))
    for name in sorted(there & told.keys()):
        with archive.open(name) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != told[name]:  # type: ignore[arg-type]
                yield changed_fault(name)


# Each begins and ends with words of its own: whoever adds a place or a consequence still says a sentence that is known.


def unreadable_fault(error: Exception) -> str:
    return f"the bundle cannot be read ({error})"


def manifest_fault() -> str:
    return "the manifest of the bundle is not the one on record"


def gone_fault(name: str) -> str:
    return f"the file {name} of the bundle is gone"


def added_fault(name: str) -> str:
    return f"the file {name} of the bundle is not in its manifest"


def changed_fault(name: str) -> str:
    return f"the file {name} of the bundle has changed"
