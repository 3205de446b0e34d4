"""The engine, as commands use it: one that answers, with workers that carry out what is said."""

from datetime import timedelta

from temporalio.client import Client

from api.temporal import TemporalEngine
from jiaoqi.connection import connect
from jiaoqi.errors import JiaoqiError
from jiaoqi.settings import Settings

PATIENCE = timedelta(seconds=5)


class NobodyWorks(JiaoqiError):
    """Temporal is there, but no worker: whoever said something to an order would wait in vain."""

    exit_code = 3

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"does not answer: {', '.join(missing)}; is a worker running? (`jiaoqi up` or `jiaoqi worker`)")


async def working_engine(settings: Settings) -> tuple[Client, TemporalEngine]:
    """Raises NoStackIsRunning, TemporalDoesNotAnswer, NobodyWorks."""
    client = await connect(settings, patience=PATIENCE)
    engine = TemporalEngine(client)
    if missing := await engine.missing():
        raise NobodyWorks(missing)
    return client, engine
