"""One order's whole file: printed and put away by the archive's run, found, taken out and verified by commands."""

import json
from pathlib import Path

from activities.documents.vault import Vault
from tests.documents.test_vault import flip
from tests.endtoend.plant import Plant
from tests.endtoend.stack import command
from tests.endtoend.waiting import until


def test_a_closed_orders_file_is_archived_found_and_verified(plant: Plant, tmp_path: Path) -> None:
    home, order = plant.stack.home, plant.enter(12, customer={"name": "碁𠮷電子 🏭", "language": "zh-Hant"})
    order.finished()
    command(home, "archive", "run", timeout=300)
    found = json.loads(command(home, "archive", "find", "--customer", "碁𠮷", "--product", "jq-", "--json"))
    (bundle,) = [each for each in found if each["order_no"] == order.number]
    assert bundle["missing"] == ["sign_off"], "nobody has signed by a link"
    manifest = json.loads(command(home, "archive", "show", order.number, "--json"))
    kinds = {file["kind"]: file for file in manifest["files"] if "kind" in file}
    assert kinds.keys() == {"customer_order", "production_plan", "inspection_report", "delivery_note"}
    assert all(file["language"] == "zh-Hant" and file["media_type"] == "application/pdf" for file in kinds.values())
    command(home, "archive", "verify", order.number)
    command(home, "documents", "export", order.number, "--to", tmp_path)
    assert len(list((tmp_path / order.number / "documents").glob("*.pdf"))) == 4
    asks_sales_for_the_rest(plant, order.number)
    flip(Vault(home / "documents" / "archive"), bundle["sha256"], bundle["size"] // 2)
    assert order.number in command(home, "archive", "verify", order.number, exits=1)
    flip(Vault(home / "documents" / "archive"), bundle["sha256"], bundle["size"] // 2)


def asks_sales_for_the_rest(plant: Plant, order_no: str) -> None:
    """The case that the run opens."""
    sales = plant.person("sales1")

    def asked() -> bool:
        return any(order_no in task["order_no"] for task in sales.every("/tasks", kind="complete_file"))

    until(asked, f"sales is asked for what the file of {order_no} lacks")
