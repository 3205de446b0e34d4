"""All that must be true, whatever broke."""

from tests.chaos import about_calls, about_mails, about_orders

CHECKS = (*about_calls.CHECKS, *about_orders.CHECKS, *about_mails.CHECKS)
