"""The cabinet: documents and archive of one plant, as API, worker and commands hold it."""

from pathlib import Path
from typing import NamedTuple

from activities.documents.archiving import Archiving
from activities.documents.filing import Filing
from activities.documents.papers import Papers
from activities.documents.printing import Printer
from activities.documents.vault import Vault
from activities.store import Store

NOWHERE = Path("/dev/null/documents")
"""Where nothing can be kept: whoever was not told where documents are says so only when one is asked for."""


class Cabinet(NamedTuple):
    filing: Filing
    archiving: Archiving

    @classmethod
    def of(cls, store: Store, folder: Path, public_url: str) -> "Cabinet":
        """Touches nothing yet: the folder is made when something is put into it."""
        filing = Filing(store, Vault(folder / "content"), Papers(public_url), Printer())
        return cls(filing, Archiving(filing, Vault(folder / "archive")))
