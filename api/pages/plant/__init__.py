"""The plant on pages: its policy, its calendar, and how its stack does."""
