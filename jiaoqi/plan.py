"""What a stack consists of: its ports, its settings, its children. Nothing here starts anything."""

import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from jiaoqi.addresses import HOST, Ports
from jiaoqi.errors import ProgramIsMissing
from jiaoqi.home import Home
from jiaoqi.processes import Child
from jiaoqi.settings import Settings

# -P: whoever starts us in a folder with an `api` of its own still gets ours.
PYTHON = (sys.executable, "-P", "-m")

ATTRIBUTES = {
    "Customer": "Keyword",
    "Stage": "Keyword",
    "Risk": "Keyword",
    "PromiseDate": "Datetime",
    "EscalationLevel": "Int",
    "ReworkRounds": "Int",
}
"""What orders are found by, as `workflows.visibility` has it, which is too long to import: a new server begins with them."""


@dataclass(frozen=True, kw_only=True)
class StackPorts:
    """The port of each part; as a wish 0 is any free one, in a plan it is a part that is not ours to start."""

    api: int = 8000
    temporal: int = 7233
    temporal_ui: int = 8233
    smtp: int = 1025
    mailbox: int = 8025


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What `up` starts: first the servers, then, on a migrated store, the programs."""

    settings: Settings
    url: str
    temporal_ui_url: str
    mailbox_url: str
    servers: tuple[Child, ...]
    programs: tuple[Child, ...]
    probes: tuple[str, ...]
    """Addresses that answer 200 once the stack is ready."""


def plan(home: Home, wishes: StackPorts, environment: Mapping[str, str], policy_file: Path | None = None) -> Plan:
    """Lay out the stack; what the environment names replaces our own part. Raises PortIsBusy."""
    given = Settings.load(home.path, environment)
    given = replace(given, policy_file=policy_file or given.policy_file)
    ports = choose(wishes, given)
    url = f"http://{HOST}:{ports.api}"
    mailbox_url = f"http://{HOST}:{ports.mailbox}"
    settings = fill(given, ports, public_url=environment.get("JIAOQI_PUBLIC_URL") or url)
    # Half of somebody's connection to another Temporal must not leak into ours.
    rest = {name: value for name, value in environment.items() if not name.startswith("TEMPORAL_")}
    variables = {**rest, **settings.environment()}
    own_temporal = (temporal_server(home, ports, variables),) if ports.temporal else ()
    own_mailbox = (mailbox(home, ports, variables),) if ports.smtp else ()
    return Plan(
        settings=settings,
        url=url,
        temporal_ui_url=settings.temporal_ui_url or "unknown, JIAOQI_TEMPORAL_UI_URL is not set",
        mailbox_url=mailbox_url if ports.smtp else without_password(settings.smtp_url),
        servers=own_temporal + own_mailbox,
        programs=(worker(home, variables), api(home, variables)),
        probes=((mailbox_url,) if ports.smtp else ()) + (f"{url}/readyz",),
    )


def choose(wishes: StackPorts, given: Settings) -> StackPorts:
    ports = Ports()
    own_temporal = "TEMPORAL_ADDRESS" not in given.temporal
    own_mailbox = given.smtp is None
    return StackPorts(
        api=ports.take("--port", wishes.api),
        temporal=ports.take("--temporal-port", wishes.temporal) if own_temporal else 0,
        temporal_ui=ports.take("--temporal-ui-port", wishes.temporal_ui) if own_temporal else 0,
        smtp=ports.take("--smtp-port", wishes.smtp) if own_mailbox else 0,
        mailbox=ports.take("--mailbox-port", wishes.mailbox) if own_mailbox else 0,
    )


def fill(given: Settings, ports: StackPorts, public_url: str) -> Settings:
    """The settings of the children: what was given, and our own parts in place of what was not."""
    settings = replace(given, api_host=HOST, api_port=ports.api, public_url=public_url.rstrip("/"))
    if ports.temporal:
        settings = replace(
            settings,
            temporal={"TEMPORAL_ADDRESS": f"{HOST}:{ports.temporal}", "TEMPORAL_NAMESPACE": "default"},
            temporal_ui_url=given.temporal_ui_url or f"http://{HOST}:{ports.temporal_ui}",
        )
    if ports.smtp:
        settings = replace(settings, smtp=f"smtp://{HOST}:{ports.smtp}")
    return settings


def temporal_server(home: Home, ports: StackPorts, variables: Mapping[str, str]) -> Child:
    database = ("--db-filename", str(home.temporal_database))
    # Twice the throughput of the default journal, and still on disk before it answers.
    pragmas = ("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=2")
    addresses = ("--ip", HOST, "--port", str(ports.temporal), "--ui-port", str(ports.temporal_ui))
    known = tuple(word for name, kind in ATTRIBUTES.items() for word in ("--search-attribute", f"{name}={kind}"))
    # It would read from its database at each turn, 60 times an order, which attributes there are, and only a test needs that.
    cached = ("--dynamic-config-value", "system.forceSearchAttributesCacheRefreshOnRead=false")
    quiet = ("--log-level", "warn", "--ui-disable-news-fetch")
    return Child(
        name="temporal",
        argv=(str(temporal_program()), "server", "start-dev", *database, *pragmas, *known, *cached, *addresses, *quiet),
        environment={**variables, "TEMPORAL_VERSION_CHECK_DISABLED": "1"},
        log=home.logs / "temporal.log",
    )


def mailbox(home: Home, ports: StackPorts, variables: Mapping[str, str]) -> Child:
    options = ("--directory", str(home.mailbox), "--smtp-port", str(ports.smtp), "--port", str(ports.mailbox))
    return Child(name="mailbox", argv=(*PYTHON, "jiaoqi.mailbox", *options), environment=variables, log=home.logs / "mailbox.log")


def worker(home: Home, variables: Mapping[str, str]) -> Child:
    # Its activities may finish what they began: a mail on the wire, a flush.
    return Child(name="worker", argv=(*PYTHON, "workers"), environment=variables, log=home.logs / "worker.log", grace=15.0)


def api(home: Home, variables: Mapping[str, str]) -> Child:
    return Child(name="api", argv=(*PYTHON, "api"), environment=variables, log=home.logs / "api.log", grace=10.0)


def temporal_program() -> Path:
    """The `temporal` CLI that came as a wheel, and no other: an older one on the PATH has another server in it."""
    program = Path(sysconfig.get_path("scripts")) / "temporal"
    if not program.exists():
        raise ProgramIsMissing(program.name)
    return program


def without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
