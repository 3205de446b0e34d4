"""Mends a mistaken answer: the flow goes back to where it was given and takes the right one (contract §2, Correct)."""

from workflows.desk import Desk
from workflows.journal import Journal
from workflows.rules import corrections
from workflows.types import answers
from workflows.types import events as e
from workflows.types.commands import CorrectTask


class Corrections:
    """The last answers of one order, while nothing that followed from them is completed."""

    def __init__(self, journal: Journal, desk: Desk) -> None:
        self.journal, self.desk = journal, desk
        self.state = journal.state

    def correct(self, said: CorrectTask) -> None:
        """What the first answer opened is taken back; the history keeps both answers, and mails that are out stay out."""
        answered = self.state.answered[said.task_id]
        task, answer = answered.task, answers.read(answered.task.kind, said.outcome, said.fields)
        for opened in answered.opened:
            self.desk.withdraw(self.state.tasks.get(opened), f"{task.id} was corrected")
        data = e.AnswerCorrected(
            task_id=task.id,
            outcome=said.outcome,
            fields=answer.model_dump(mode="json", exclude_unset=True),
            reason=said.reason,
            expected_completion=corrections.completion(self.state, answered, self.journal.calendar),
        )
        self.journal.record(data, said.actor, of=task.department, said=said.ref)
        self.desk.mend(task.kind, answer, said.actor, said.reason)
