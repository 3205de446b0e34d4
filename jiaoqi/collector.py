"""The collector of a process that serves: it is to look for what it can find, which is little and in no hurry."""

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 50
"""How much new there must be before it looks. The default of 700 took a thirtieth of all that worker and API do."""


def spare_settled() -> None:
    """Called once a process has begun: what is here by now stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
