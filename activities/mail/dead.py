"""Mail that no order asked for and that never arrived: digests, reminders of training, letters to several people."""

from datetime import datetime

from activities.store import Store
from activities.store.lending import DeadLetter


def dead_letters(store: Store, since: datetime) -> list[DeadLetter]:
    """What was given up since, the newest first; of a person's digests the last, as a wrong address is wrong every morning."""
    digests = store.digests.dead(since.date())
    found = [*digests, *store.circulars.dead(since), *store.training_mail.dead(since)]
    return sorted(found, key=lambda dead: dead.at, reverse=True)
