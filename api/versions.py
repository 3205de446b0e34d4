"""ETags: what a reader has seen, and whether it is still so (RFC 9110 §13)."""

import re

_TAG = re.compile(r'(W/)?"([^"]*)"')


def etag(version: int) -> str:
    return f'"{version}"'


def is_seen(if_none_match: str | None, version: int) -> bool:
    """Whether the reader has this version already, so that 304 is enough."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or str(version) in {tag for _, tag in _TAG.findall(if_none_match)}


def is_stale(if_match: str | None, version: int) -> bool:
    """Whether the writer speaks about another version; a weak tag proves nothing."""
    if if_match is None or if_match.strip() == "*":
        return False
    return str(version) not in {tag for weak, tag in _TAG.findall(if_match) if not weak}
