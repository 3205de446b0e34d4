"""Mail: who is told, in which words, and over which line; one ledger row for each message."""

from activities.mail.message import SenderIsNoAddress
from activities.mail.smtp_mail import SmtpMail
from activities.mail.transport import MailServerUrlIsWrong, Transport

__all__ = ["MailServerUrlIsWrong", "SenderIsNoAddress", "SmtpMail", "Transport"]
