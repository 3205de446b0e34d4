"""The daily digest: what lies before each person on a working morning, told once in one mail."""

from activities.digest.post import SmtpDigests

__all__ = ["SmtpDigests"]
