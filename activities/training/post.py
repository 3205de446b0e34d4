"""Reminds by SMTP: the port `Training`, each reader once of each certificate and step, as the rows remember."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from typing_extensions import override

from activities.digest.horizon import midnight_after
from activities.mail.plant_mail import PlantMail
from activities.mail.postman import Written
from activities.store.training_mail import Expiry, LetterRow
from activities.training.letter import Names, TrainingLetters
from activities.training.reminders import OLD_NEWS, Word, words
from workflows import ports
from workflows.rules.calendar import Calendar
from workflows.types.digests import Opening
from workflows.types.policy import Plant
from workflows.types.training import Letters, Round

TRAINING = "training"
"""The kind of mail."""
AT_ONCE = 20
"""Letters of a batch: what one line to a mail server can tell in its time."""
LENT = timedelta(seconds=60)
"""As long as an attempt may take: another one that begins meanwhile leaves the same letters alone."""
PATIENCE = timedelta(days=7)
"""As long as with all other mail."""


class SmtpTraining(ports.Training):
    def __init__(self, mail: PlantMail) -> None:
        self._mail, self._store, self._clock = mail, mail.store, mail.clock
        self._letters = TrainingLetters(mail.public_url)
        self._postman = mail.postman(mail.store.training_mail.settle)

    @override
    @activity.defn(name="training.due")
    def due(self, opening: Opening) -> Round:
        now, plant, mail = self._clock(), self._mail.plant, self._store.training_mail
        today = Calendar.of(plant).day_of(now)
        register, courses = self._store.people.register(), self._store.training.courses()
        told = mail.told(today - OLD_NEWS)
        mail.open(dict(self._letter(each) for each in words(register, courses, told, today).values()), now)
        # What was not out within its own day goes on with today's.
        mail.give_up(now - PATIENCE, now)
        waiting = mail.queued()
        batches = (waiting[first : first + AT_ONCE] for first in range(0, len(waiting), AT_ONCE))
        until = midnight_after(today, plant)
        return Round(batches=tuple(Letters(until=until, letters=tuple(some)) for some in batches))

    @override
    @activity.defn(name="training.remind")
    def remind(self, letters: Letters) -> None:
        now, mail = self._clock(), self._store.training_mail
        if now >= letters.until:
            return
        plant = self._mail.plant
        taken = mail.take(letters.letters, now, now + LENT)
        self._postman.tell(taken, TRAINING, lambda row: self._write(row, plant))
        if left := mail.waiting(letters.letters):
            raise ApplicationError(f"{left} letters are not out yet", category=ApplicationErrorCategory.BENIGN)

    def _letter(self, said: Sequence[Word]) -> tuple[LetterRow, list[Expiry]]:
        """The row of one reader's letter; the same words make the same letter, whoever decides on them."""
        reader, expiries = said[0].to, sorted(word.expiry for word in said)
        ids = (f"{each.person} {each.course} {each.until} {each.step}" for each in expiries)
        message_id = self._mail.sender.message_id(TRAINING, reader.id, *ids)
        return LetterRow(message_id, reader.id, reader.email or "", reader.language), expiries

    def _write(self, row: LetterRow, plant: Plant) -> Written | None:
        """None when nothing of it is true any more: renewed since, or no longer asked for."""
        register, courses = self._store.people.register(), self._store.training.courses()
        known = {course.id: course for course in courses}
        still = [
            expiry
            for expiry in self._store.training_mail.tells(row.message_id)
            if (person := register.people.get(expiry.person))
            and person.certificates.get(expiry.course) == expiry.until
            and known[expiry.course].is_for(person.member_of)
        ]
        if not still or row.person not in register.people:
            return None
        people = {one.id: one.name for one in register.people.values()}
        names = Names(people, {name: course.title for name, course in known.items()})
        today = Calendar.of(plant).day_of(self._clock())
        return Written(self._letters.write(row.person, still, names, row.language, plant.name, today))
