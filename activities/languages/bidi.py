"""Characters that turn the direction of what is written: in a name they could make the text beside it say something else."""

import re

TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Embeddings, overrides, isolates and their ends. Marks of direction stay: Arabic and Hebrew names need them."""
ANY = re.compile(f"[{''.join(map(chr, TURNING))}]")


def tamed(value: object) -> object:
    """A text as it may stand beside others; anything else as it is."""
    if not isinstance(value, str) or value.isascii():
        return value
    # Looked for first: hardly any text has one, and looking takes a fraction of the time.
    return value.translate(TURNING) if ANY.search(value) else value
