"""People on pages: signing in, one's own page, and the register."""
