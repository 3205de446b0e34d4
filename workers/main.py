"""The worker: what it registers, how many at a time, and how it stops."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import uvloop
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.audit.heads import HeadFile
from activities.audit.keeper import Keeper
from activities.audit.posting import HeadPost
from activities.cases import Cases
from activities.courier import AT_ONCE, Courier
from activities.digest import SmtpDigests
from activities.documents.archivist import Archivist
from activities.documents.cabinet import Cabinet
from activities.failures import ForeseenFailure
from activities.follow_ups import FollowUps
from activities.mail.circulars import Circulars
from activities.mail.message import Sender
from activities.mail.plant_mail import PlantMail
from activities.mail.smtp_mail import SmtpMail
from activities.mail.transport import Transport
from activities.policy_in_force import PolicyInForce
from activities.reviews.post import PlantReviews
from activities.reviews.watch import Watch
from activities.store import SqlJournal, Store
from activities.training.post import SmtpTraining
from jiaoqi.collector import spare_settled
from jiaoqi.connection import connect, ensure_namespace
from jiaoqi.leaving import leave
from jiaoqi.settings import Settings
from workers import auditing, figuring, reviewing, sweeping, timetable
from workers.details import Details
from workers.foreseen import Foreseen
from workers.mending import mend
from workers.payloads import leave_alone
from workers.pulse import beat
from workflows import visibility
from workflows.archive import ArchiveWorkflow
from workflows.case import CaseWorkflow
from workflows.ids import DOCUMENTS_QUEUE, ORDERS_QUEUE, REVIEWS_QUEUE
from workflows.order import OrderWorkflow
from workflows.reviews import DigestWorkflow, ReviewWorkflow
from workflows.training import TrainingWorkflow

GRACE = timedelta(seconds=10)
"""What is on the wire may finish; the default of 0 would cut every flush and mail short."""
STICKY = timedelta(seconds=2)
"""After this worker is killed, its orders wait that long before another takes them."""
WRITERS = 16
REVIEWERS = 4
CACHED_ORDERS = 2_000
STARTING = timedelta(seconds=60)
"""How long the worker waits for an engine that is not there yet."""

log = logging.getLogger("jiaoqi.worker")


async def work(settings: Settings) -> None:
    """Serves the queues until a signal stops it."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    client = await connect(settings, patience=STARTING)
    await ensure_namespace(client, visibility.ALL, settings.retention)
    leave_alone(client)
    store = Store.open(settings.database_url, settings.temporal_ui_url or "", client.namespace)
    with (
        contextlib.closing(store),
        threads(WRITERS) as writers,
        threads(AT_ONCE + 1) as carriers,
        threads(REVIEWERS) as reviewers,
        threads(1) as archivists,
    ):
        courier = Courier(client, store.outbox, mail(store, settings), carriers)
        policy = PolicyInForce(store, settings.policy_text())
        looks = plant_reviews(store, policy, settings)
        letters = plant_mail(store, policy, settings)
        served = (
            orders(client, store, writers),
            reviews(client, SmtpDigests(letters), looks, SmtpTraining(letters), reviewers),
            documents(client, archivist(store, policy, settings), archivists),
        )
        async with served[0], served[1], served[2]:
            log.warning("serving %s and %s, and the outbox", ORDERS_QUEUE, REVIEWS_QUEUE)
            # First what may refuse to start: nothing else is under way then.
            rounds = (audit(client, store, settings), courier.keep(), *beside(client, store, policy, looks))
            tasks = [asyncio.create_task(each) for each in rounds]
            if settings.pulse_file:
                tasks.append(asyncio.create_task(beat(client, settings.pulse_file)))
            spare_settled()
            await stopping.wait()
            for task in tasks:
                task.cancel()
            # At once: each has its grace, and one after the other they would take longer than whoever stops us waits.
            await asyncio.gather(courier.finish(), *(each.shutdown() for each in served))


@contextlib.contextmanager
def threads(most: int) -> Iterator[ThreadPoolExecutor]:
    """A pool whose threads nobody waits for at the end: what had its grace and is still under way ends with the process."""
    pool = ThreadPoolExecutor(most)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def beside(client: Client, store: Store, policy: PolicyInForce, looks: PlantReviews) -> Iterator[Coroutine[Any, Any, None]]:
    """What a worker looks after by itself, without being asked by a workflow."""
    yield mend(client, store)
    yield timetable.keep(client, store, policy)
    minutes = reviewing.Minutes(Cases(client, store), store, policy)
    yield reviewing.keep(minutes, reviewing.ByHand(client, store), Watch(store, policy, looks))
    yield sweeping.keep(store)
    yield figuring.keep(store)


def orders(client: Client, store: Store, pool: ThreadPoolExecutor) -> Worker:
    """Orders and their journal; its pool is its own, so that no slow mail server holds up an answer."""
    return Worker(
        client,
        task_queue=ORDERS_QUEUE,
        workflows=[OrderWorkflow, CaseWorkflow],
        activities=[SqlJournal(store).flush, FollowUps(client, store).enter_follow_up, Cases(client, store).open],
        activity_executor=pool,
        # Half of this process's time otherwise, to guard one module that lint guards as well (docs/decisions/0010).
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[Foreseen(), Details()],
        max_cached_workflows=CACHED_ORDERS,
        max_concurrent_local_activities=WRITERS,
        max_concurrent_activities=WRITERS,
        sticky_queue_schedule_to_start_timeout=STICKY,
        graceful_shutdown_timeout=GRACE,
    )


def reviews(
    client: Client, digests: SmtpDigests, looks: PlantReviews, training: SmtpTraining, pool: ThreadPoolExecutor
) -> Worker:
    """What is done once a day, a few at a time: orders go first."""
    return Worker(
        client,
        task_queue=REVIEWS_QUEUE,
        workflows=[DigestWorkflow, ReviewWorkflow, TrainingWorkflow, ArchiveWorkflow],
        activities=[digests.readers, digests.send, looks.make, looks.tell, training.due, training.remind],
        activity_executor=pool,
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[Foreseen()],
        max_cached_workflows=REVIEWERS,
        max_concurrent_activities=REVIEWERS,
        max_concurrent_workflow_tasks=REVIEWERS,
        max_concurrent_workflow_task_polls=2,
        max_concurrent_activity_task_polls=1,
        graceful_shutdown_timeout=GRACE,
    )


def documents(client: Client, archivist: Archivist, pool: ThreadPoolExecutor) -> Worker:
    """What the archive's run asks for, one thing after the other."""
    return Worker(
        client,
        task_queue=DOCUMENTS_QUEUE,
        activities=[archivist.look, archivist.remove],
        activity_executor=pool,
        interceptors=[Foreseen()],
        max_concurrent_activities=1,
        max_concurrent_activity_task_polls=1,
        graceful_shutdown_timeout=GRACE,
    )


def archivist(store: Store, policy: PolicyInForce, settings: Settings) -> Archivist:
    return Archivist(store, Cabinet.of(store, settings.documents, settings.public_url).archiving, policy)


def audit(client: Client, store: Store, settings: Settings) -> Coroutine[Any, Any, None]:
    """Raises KeyIsUnusable at once: a worker that could not vouch for anything is not to seem to."""
    *older, key = settings.audit_keys(may_make=True)
    keeper = Keeper(store, key, older)
    transport, to = Transport.of(settings.smtp_url), settings.audit_mail
    post = HeadPost(store, transport, settings.mail_from, to) if to else None
    return auditing.keep(client, store, keeper, HeadFile(settings.audit_heads), post)


def plant_mail(store: Store, policy: PolicyInForce, settings: Settings) -> PlantMail:
    return PlantMail(store, policy, Transport.of(settings.smtp_url), Sender.of(settings.mail_from), settings.public_url)


def plant_reviews(store: Store, policy: PolicyInForce, settings: Settings) -> PlantReviews:
    circulars = Circulars(store, Transport.of(settings.smtp_url), settings.mail_from)
    return PlantReviews(store, policy, circulars, settings.public_url)


def mail(store: Store, settings: Settings) -> SmtpMail:
    return SmtpMail(store, Transport.of(settings.smtp_url), settings.mail_from, settings.public_url)


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    code = 0
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work(Settings.load()))
    except ForeseenFailure as error:
        print(error, file=sys.stderr)  # noqa: T201 - whoever started us reads one line
        code = error.exit_code
    leave(code)
