"""How a worker ends: it waits for what has its grace, and for nothing else."""

from threading import Event

from workers.main import threads


def test_nobody_waits_for_a_thread_that_is_still_busy_at_the_end() -> None:
    go_on = Event()
    with threads(1) as pool:
        busy, queued = pool.submit(go_on.wait, 60), pool.submit(int)
    assert not busy.done() and queued.cancelled()
    go_on.set()
    assert busy.result(10)
