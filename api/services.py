"""What the routes work with, made once at start-up."""

from typing import NamedTuple

from starlette.requests import Request

from activities.documents.cabinet import Cabinet
from activities.store import Store
from api.applying import Applying
from api.brake import Brake
from api.deeds import Office
from api.engine import Engine
from api.guesses import Guesses
from api.metrics import Metrics
from api.perform import Performer
from api.readers import Readers
from api.readiness import Readiness
from api.threads import Threads


class Services(NamedTuple):
    store: Store
    engine: Engine
    office: Office
    performer: Performer
    threads: Threads
    metrics: Metrics
    readiness: Readiness
    brake: Brake
    applying: Applying
    guesses: Guesses
    cabinet: Cabinet
    readers: Readers


def services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found
