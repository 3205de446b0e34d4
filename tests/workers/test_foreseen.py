"""What the engine tries again costs the log one line, and its history no statement of ours."""

import logging
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput
from typing_extensions import override

from activities.store import StoreAway
from workers.foreseen import Foreseen


class Fails(ActivityInboundInterceptor):
    """Stands where the activity would be."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    @override
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        raise self.error


async def failing(error: Exception) -> BaseException:
    """What the engine gets to see of an activity that fails so."""
    around = Foreseen().intercept_activity(Fails(error))
    given = ExecuteActivityInput(fn=failing, args=[], executor=None, headers={})
    with pytest.raises(Exception) as seen:  # noqa: PT011 - which one is what the tests ask
        await ActivityEnvironment().run(around.execute_activity, given)
    return seen.value


async def test_a_store_that_is_away_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    seen = await failing(StoreAway("locked\nUPDATE notice SET address = 'wang@customer.example'"))
    assert isinstance(seen, ApplicationError)
    assert (seen.message, seen.type, seen.non_retryable) == ("the store is away", "StoreAway", False)
    assert seen.category is ApplicationErrorCategory.BENIGN
    assert seen.__cause__ is None and seen.__suppress_context__
    (line,) = caplog.messages
    assert line.endswith("the store is away: locked")
    assert caplog.records[0].levelno == logging.WARNING and caplog.records[0].exc_info is None


async def test_what_waits_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    waits = ApplicationError("1 of 3 messages are still queued", category=ApplicationErrorCategory.BENIGN)
    assert await failing(waits) is waits
    assert caplog.messages[0].endswith("1 of 3 messages are still queued")


async def test_a_defect_is_left_to_the_sdk_which_shows_where_it_is(caplog: pytest.LogCaptureFixture) -> None:
    defect = KeyError("labels")
    assert await failing(defect) is defect
    assert caplog.messages == []
