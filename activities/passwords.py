"""What a password may be, and how one is made: any characters, long enough that nobody guesses it, and not one's own name."""

import secrets
import unicodedata

SHORTEST, LONGEST = 10, 200
READABLE = "abcdefghijkmnpqrstuvwxyz23456789"
"""Nothing that looks like something else on paper."""
GROUPS, IN_GROUP = 4, 5


def normal(password: str) -> bytes:
    """One spelling for all ways in which a keyboard writes the same characters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def fault(password: str, person_id: str) -> str | None:
    """Why this cannot be somebody's password, or None."""
    spelt = unicodedata.normalize("NFKC", password)
    if not SHORTEST <= len(spelt) <= LONGEST:
        return f"has {SHORTEST} to {LONGEST} characters"
    if spelt.casefold() == unicodedata.normalize("NFKC", person_id).casefold():
        return "is not your name"
    return None


def made() -> str:
    """A new one of 100 random bits, which can be read out and typed."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(IN_GROUP)) for _ in range(GROUPS))
