"""What writing to the plant's people takes where no order asks for it: the store, the policy, and a mail server."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from activities.mail.message import Sender
from activities.mail.postman import Postman, R
from activities.mail.smtp_mail import utc_now
from activities.mail.transport import Transport
from activities.policy_in_force import PolicyInForce
from activities.store import Store
from workflows.types.policy import Plant
from workflows.types.words import NoticeState


@dataclass(frozen=True)
class PlantMail:
    store: Store
    policy: PolicyInForce
    transport: Transport
    sender: Sender
    public_url: str
    """Where the links of its letters lead."""
    clock: Callable[[], datetime] = utc_now

    @property
    def plant(self) -> Plant:
        return self.policy.pinned(self.clock()).plant

    def postman(self, settle: Callable[[R, NoticeState, datetime, str | None], None]) -> Postman[R]:
        """Who carries one kind of letters, and says by `settle` what became of each."""
        return Postman(self.transport, self.sender, self.clock, settle)
