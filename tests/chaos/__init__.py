"""Everything breaks while people work; then a check from outside finds out whether a promise of the system broke too.

`python -m tests.chaos --seeds 1,2,3 --minutes 4`: see `docs/reliability.md`, which this writes.
"""
