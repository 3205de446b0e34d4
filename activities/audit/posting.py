"""The chain's head by mail, once a day: to where nobody of the house can change it."""

import logging
from datetime import datetime
from html import escape

from activities.audit.heads import Head
from activities.mail.letters import Letter
from activities.mail.message import Envelope, Sender
from activities.mail.transport import MailServerIsAway, NotNow, Refused, Transport
from activities.store import Store

AUDIT_HEAD = "audit_head"
"""The kind of mail."""

log = logging.getLogger("jiaoqi.audit")


class HeadPost:
    def __init__(self, store: Store, transport: Transport, sender: str, to: str) -> None:
        self._store, self._transport = store, transport
        self._sender, self._to = Sender.of(sender), to

    def send(self, head: Head, now: datetime) -> None:
        """By whichever worker is first that day; one that the mail server does not take is tried again with the next head."""
        day = now.date()
        if not self._store.audit.claim_mail(day, head.n, head.mac):
            return
        envelope = Envelope(
            sender=self._sender,
            to=self._to,
            kind=AUDIT_HEAD,
            message_id=self._sender.message_id(AUDIT_HEAD, day.isoformat(), head.mac),
            at=now,
        )
        try:
            with self._transport.line(self._sender.domain) as line:
                line.send(envelope.seal(letter(head)))
        except (MailServerIsAway, NotNow, Refused) as error:
            self._store.audit.give_back_mail(day)
            log.warning("the head of the audit chain could not be mailed: %s", error)


def letter(head: Head) -> Letter:
    """In English, and as it stands in the file of heads: what is compared with it later is read by a program."""
    text = f"Keep this line. `jiaoqi audit verify --since FILE` finds by it what was cut off later.\n\n{head.line}\n"
    return Letter(subject=f"Audit head {head.n}", text=text, html=f"<pre>{escape(text)}</pre>")
