"""Tasks on pages: the inbox, and one task with its answers."""
