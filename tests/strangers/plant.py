"""The plant as strangers find it: an address, tokens that got about, and a store that must not change."""

import sqlite3
from contextlib import closing

from tests.endtoend.plant import Plant

NOT_OURS = frozenset({"alembic_version"})
ALL_BUT = {"token": "digest, person, created_at, revoked, name"}
"""By table: the columns that nothing may change; of the others all."""
BEHIND = frozenset({"audit_link", "audit_head", "figure_order", "figure_fact", "figure_product"})
"""What workers take from events that have settled, up to a minute and a half later: it says nothing that the events do not."""
Content = dict[str, list[tuple[object, ...]]]


class BesiegedPlant(Plant):
    def token(self, who: str) -> str:
        return self._tokens[who]

    def content(self) -> Content:
        """All that the store holds, but for when a token was last used: that is noted beside what was asked."""
        with closing(sqlite3.connect(f"file:{self.stack.home / 'jiaoqi.db'}?mode=ro", uri=True)) as store:
            names = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            ask = "SELECT {} FROM {} ORDER BY rowid"
            return {
                name: store.execute(ask.format(ALL_BUT.get(name, "*"), name)).fetchall() for name in names if name not in BEHIND
            }
