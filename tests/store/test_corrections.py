"""A corrected answer in the store: shown at once, held by whoever held it, and gone when an undone attempt had written it."""

from activities.store import SqlJournal, Store
from tests.store.plant import HOUR, NOW, TellsOfAnOrder, said
from workflows.types.tasks import Task
from workflows.types.words import Kind


def passed(journal: SqlJournal, db: Store) -> tuple[TellsOfAnOrder, Task]:
    """An order whose inspection was held, and has passed."""
    tells = TellsOfAnOrder()
    task = tells.open(Kind.INSPECT)
    journal.flush(tells.flush())
    tells.confirm()
    db.inbox.claim(task.id, "bo", said("claim"), NOW)
    answered = tells.complete(task, "pass", said("pass"))
    journal.flush(tells.flush())
    tells.confirm()
    tells.later(HOUR)
    return tells, answered


def test_a_corrected_answer_is_told_as_it_is_shown(db: Store, journal: SqlJournal) -> None:
    tells, answered = passed(journal, db)
    before = db.tasks.get(answered.id, NOW)
    tells.correct(answered, "fail", said("fail"))
    journal.flush(tells.flush())
    reply, shown = db.replies.get("said-fail"), db.tasks.get(answered.id, tells.at)
    assert reply and shown and before
    assert reply.body == shown.model_dump_json()
    assert (shown.outcome, shown.assignee, shown.status) == ("fail", "bo", "completed")
    assert shown.completed_at == before.completed_at and shown.version > before.version


def test_a_correction_that_was_undone_is_gone(db: Store, journal: SqlJournal) -> None:
    tells, answered = passed(journal, db)
    kept = {**tells.__dict__, "tasks": dict(tells.tasks)}
    tells.correct(answered, "fail", said("lost"))
    journal.flush(tells.flush())
    undone = db.tasks.get(answered.id, NOW)
    tells.__dict__.update({**kept, "pending": [], "closed": {}})
    journal.flush(tells.flush().model_copy(update={"answered": (answered,)}))
    shown = db.tasks.get(answered.id, NOW)
    assert undone and shown
    assert (undone.outcome, shown.outcome, shown.assignee) == ("fail", "pass", "bo")
    assert shown.version > undone.version, "nobody takes the one for the other"
    assert db.replies.get("said-lost") is None


def test_a_flush_does_not_write_answers_that_nobody_touched(db: Store, journal: SqlJournal) -> None:
    tells, answered = passed(journal, db)
    tells.open(Kind.MAKE_PLAN)
    other = answered.model_copy(update={"outcome": "fail"})
    journal.flush(tells.flush().model_copy(update={"answered": (other,)}))
    shown = db.tasks.get(answered.id, NOW)
    assert shown and shown.outcome == "pass"
