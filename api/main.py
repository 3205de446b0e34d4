"""The API as a process: reads the settings, opens store and engine, serves until a signal stops it."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable

import uvicorn
import uvloop
from fastapi import FastAPI

from activities.policy_file import PolicyError
from activities.policy_in_force import parsed
from activities.store import Store
from api.app import create
from api.applying import forget
from api.pages import Links
from api.temporal import TemporalEngine
from api.wire import Wire
from jiaoqi.collector import spare_settled
from jiaoqi.connection import connect
from jiaoqi.errors import JiaoqiError
from jiaoqi.home import Home
from jiaoqi.leaving import leave
from jiaoqi.settings import Settings

GRACE = 8
"""Seconds that requests under way may take to end; whoever stops us waits a little longer."""
ENCRYPTED = [("strict-transport-security", "max-age=31536000")]
"""Where people come by https they are to come by nothing else."""


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Uvicorn raises the signal again once it has stopped: that must not turn a clean stop into a death.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    code = 0
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(Settings.load()))
    except (JiaoqiError, PolicyError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - whoever started us reads one line
        code = error.exit_code if isinstance(error, JiaoqiError) else 2
    leave(code)


async def serve(settings: Settings) -> None:
    """Serves until a signal comes. Neither store nor Temporal need be there yet."""
    policy = settings.policy_text()
    parsed(policy)
    client = await connect(settings, lazy=True)
    with contextlib.closing(Store.open(settings.database_url, settings.temporal_ui_url or "", client.namespace)) as store:
        keep = keeper(settings)
        app = create(
            store,
            TemporalEngine(client),
            links(settings),
            policy_file=policy,
            keep_policy=keep,
            documents=settings.documents,
        )
        spare_settled()
        await uvicorn.Server(listening(app, settings, os.environ.get("FORWARDED_ALLOW_IPS", ""))).serve()
        await app.state.services.readers.finish()


def listening(app: FastAPI, settings: Settings, proxies: str) -> uvicorn.Config:
    """`proxies`: whose word on the client's address is taken, as Uvicorn's own variable names them; nobody's when empty."""
    return uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        http=Wire,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        headers=ENCRYPTED if settings.public_url.startswith("https://") else [],
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_graceful_shutdown=GRACE,
    )


def keeper(settings: Settings) -> Callable[[str], object]:
    """Where a stack keeps what it is started with, that file must not bring back what governed before."""
    home = Home(settings.home)
    return home.keep_policy if settings.policy_file == home.policy_file else forget


def links(settings: Settings) -> Links:
    """Where people find the other parts; only a stack that runs in the home knows of a mailbox."""
    stack = Home(settings.home).running_stack()
    return Links(settings.public_url, settings.temporal_ui_url, stack.mailbox_url if stack else None)
