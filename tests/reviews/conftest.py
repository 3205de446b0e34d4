"""The mail room's plant: a real store with an order in it, and a real mail server."""

from tests.mail.conftest import founded, plant, server

__all__ = ["founded", "plant", "server"]
