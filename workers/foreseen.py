"""Failures that the engine will try again and nobody need mend: one line in the log instead of a traceback each."""

import logging
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor
from typing_extensions import override

from activities.store import StoreAway

log = logging.getLogger("jiaoqi.worker")


class Foreseen(Interceptor):
    """Stands around every activity of a worker."""

    @override
    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Calm(next)


class _Calm(ActivityInboundInterceptor):
    @override
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except StoreAway as error:
            _note("the store is away: " + str(error).partition("\n")[0])
            # The error's own text may hold statements; histories keep none.
            raise ApplicationError("the store is away", type="StoreAway", category=ApplicationErrorCategory.BENIGN) from None
        except ApplicationError as error:
            if error.category is ApplicationErrorCategory.BENIGN:
                _note(error.message)
            raise


def _note(what: str) -> None:
    info = activity.info()
    log.warning("%s of %s, attempt %d: %s", info.activity_type, info.workflow_id, info.attempt, what)
