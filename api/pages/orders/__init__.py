"""Orders on pages: all of them, one with all that may be said to it, those typed or imported, and what goes wrong."""
