"""Where orders and tasks are found; numbers may be any letters, in any script."""

from urllib.parse import quote

TAKEN = ("new", "import")
"""What stands after /orders/ for something else: an order of such a number is found with a slash behind it."""


def order_url(order_no: str, part: str = "") -> str:
    """`part`: what of the order."""
    slash = "/" if part or order_no.casefold() in TAKEN else ""
    return f"/orders/{quote(order_no, safe='')}{slash}{part}"


def improvement_url(number: str) -> str:
    """Of whatever stands beside the orders; its number's colon may stand in an address as it is."""
    return f"/improvements/{quote(number, safe=':')}"


def task_url(task_id: str) -> str:
    return f"/tasks/{quote(task_id, safe='')}"
