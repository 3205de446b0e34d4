"""What orders and cases have in common: a walk from step to step, what people may say on the way, and how words are heard."""

import asyncio
from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows import visibility
from workflows.adoption import Adoption, MovedDeadline
from workflows.clock import Clock
from workflows.corrections import Corrections
from workflows.desk import Desk, OrderWithdrawn, WayChanged
from workflows.escalator import Escalator
from workflows.journal import Journal
from workflows.mailroom import Mailroom
from workflows.rules import hearing
from workflows.types import commands as c
from workflows.types import events as e
from workflows.types.answers import Answer
from workflows.types.flush import Flushed
from workflows.types.notices import Told
from workflows.types.policy import Policy
from workflows.types.refusals import Refusal
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import Step


class Walker:
    """Walks its steps, each a method that is named like it, with the journal and the clock beside.

    An update's validator refuses without a trace in history; its handler changes the state before it first waits.
    """

    def __init__(self, start: c.OrderStart) -> None:
        self.start = start
        self.journal = Journal.of(start)
        self.state = self.journal.state
        self.mailroom = Mailroom(self.journal)
        self.desk = Desk(self.journal, self.mailroom)
        self.adoption = Adoption(self.journal, self.desk)
        self.corrections = Corrections(self.journal, self.desk)
        self.clock = Clock(self.journal, Escalator(self.journal, self.desk, self.mailroom).ring)
        self.journal.before_writing = self.settle
        self.journal.after_writing = self.written
        self.desk.renew = self.renew

    async def live(self) -> str:
        """From the first step to the last; what fails beside the walk fails the workflow task."""
        if self.start.carried:
            # Time may have brought something between the two runs.
            self.journal.nudge()
        walk = asyncio.create_task(self.walk())
        beside = [asyncio.create_task(self.journal.keep()), asyncio.create_task(self.clock.keep())]
        done, _ = await workflow.wait([walk, *beside], return_when=asyncio.FIRST_COMPLETED)
        done[0].result()
        return self.state.status

    async def walk(self) -> None:
        """Confirm, plan, produce, inspect, ship, sign off, ask: each step says which one comes next."""
        step = self.state.step
        while step is not Step.CLOSED:
            step = await self.take(step)
        await self.wind_up()

    # How a step is run.

    async def take(self, step: Step) -> Step:
        """One step; when the order is closed meanwhile, there is no next one."""
        try:
            following = await getattr(self, step.value)()
        except OrderWithdrawn:
            return Step.CLOSED
        except WayChanged:
            following = self.state.step
        return Step.CLOSED if self.state.is_closed else following

    def settle(self) -> None:
        """Before each writing: what follows from the change, and what operators see of it."""
        visibility.show(self.state, self.journal.calendar)

    def details(self) -> str:
        """What operators read who open it in the Web UI."""
        return visibility.details(self.state, self.journal.calendar, workflow.now())

    def written(self, flushed: Flushed) -> None:
        """After each writing: tasks that nobody can do are reported."""
        for task_id in flushed.nobody:
            if task := self.state.tasks.get(task_id):
                self.journal.record(e.NobodyCanDo(task_id=task_id))
                self.mailroom.tell("unowned", "management", "admins", about=task)

    def renew(self) -> None:
        """A long history starts afresh with the same state."""
        state = self.state
        workflow.continue_as_new(
            self.start.model_copy(
                update={
                    "carried": state,
                    "chain": self.journal.chain,
                    "policy": state.policy,
                    "digest": state.digest,
                    "facts": state.facts,
                }
            )
        )

    async def wind_up(self) -> None:
        """The order is closed; its workflow ends when everything is written."""
        await workflow.wait_condition(lambda: self.journal.is_quiet and workflow.all_handlers_finished())

    # What people may say to an order and to a case.

    @workflow.update(name="enter")
    async def enter(self, ref: e.SaidRef) -> int:
        """Answers when the order is durable and its first task in the inbox."""
        await self.journal.written(1)
        return 1

    @workflow.update(name="complete")
    async def complete(self, said: c.CompleteTask) -> int:
        """Answers a task."""
        return await self.heard(said, lambda: self.desk.take(said, beside=self.decide))

    @workflow.update(name="correct")
    async def correct(self, said: c.CorrectTask) -> int:
        """Mends an answer, by word of the department's head."""
        return await self.heard(said, lambda: self.corrections.correct(said))

    @workflow.update(name="extend")
    async def extend(self, said: c.ExtendTask) -> int:
        """Moves one deadline, by word of the department's head."""
        return await self.heard(said, lambda: self.desk.extend(said))

    @workflow.update(name="mend")
    async def mend(self) -> int:
        """Writes the order to the store as it is; the seq that it has."""
        await self.journal.rewrite()
        return self.state.seq

    @workflow.update(name="notice_told")
    async def notice_told(self, told: Told) -> int:
        """Hears from the courier what became of a notice on which something waits (R15)."""
        self.mailroom.note(told)
        await self.journal.written(self.state.seq)
        return self.state.seq

    @workflow.update(name="adopt_policy")
    async def adopt_policy(self, said: c.AdoptPolicy) -> int:
        """Goes on under another version of the policy."""
        return await self.heard(said, lambda: self.adoption.adopt(said))

    @workflow.query(name="state")
    def show_state(self) -> OrderState:
        """All that the order knows, for operators and tests."""
        return self.state

    @workflow.query(name="preview_policy")
    def preview_policy(self, policy: Policy) -> list[MovedDeadline]:
        """The deadlines that adopting a policy would move."""
        return self.adoption.preview(policy)

    @enter.validator
    def _may_enter(self, ref: e.SaidRef) -> None:
        """Only for the call that began the order: whoever else comes with its number is a stranger."""
        refuse(hearing.stranger(ref, self.start))

    @complete.validator
    def _may_complete(self, said: c.CompleteTask) -> None:
        self.judge(said)

    @correct.validator
    def _may_correct(self, said: c.CorrectTask) -> None:
        self.judge(said)

    @extend.validator
    def _may_extend(self, said: c.ExtendTask) -> None:
        self.judge(said)

    @adopt_policy.validator
    def _may_adopt(self, said: c.AdoptPolicy) -> None:
        self.judge(said)

    def decide(self, task: Task, answer: Answer, by: c.Actor) -> None:
        """What was asked beside the steps; in most walks nothing is."""
        raise AssertionError(task.kind)

    # How words are heard.

    def judge(self, said: c.Said) -> None:
        """Refuses what the rules refuse; what was done already is answered again."""
        if said.ref.id in self.state.done:
            return
        refuse(hearing.refusal(said, self.state, self.journal.calendar, workflow.now()))

    async def heard(self, said: c.Said, act: Callable[[], object]) -> int:
        """Does it once, lets it have its consequences, and answers when the store has them all."""
        await self.has_consequences()
        # Again: something may have come in between, and a worker that wakes with a stale task hears words unjudged.
        self.judge(said)
        if said.ref.id not in self.state.done:
            act()
        seq = self.state.done[said.ref.id]
        await self.has_consequences()
        await self.journal.written(self.state.seq)
        return seq

    async def has_consequences(self) -> None:
        """Waits until what came before has had them: goods that leave are on their way before anybody may cancel."""
        while not self.desk.is_idle:
            await workflow.wait_condition(lambda: self.desk.is_idle)


def refuse(no: Refusal | None) -> None:
    if no is not None:
        raise ApplicationError(no.detail, no.model_dump(mode="json"), type=no.code, non_retryable=True)
