"""The policy of the plant under chaos: seconds where a plant has days, so that every clock strikes while things break."""

from workflows.types.words import Kind

RUNGS = (("remind", "-2s", '"assignee"'), ("overdue", "0s", '"assignee", "head"'), ("escalate", "4s", '"head", "sales"'))
ALLOWANCE = "6s"

TEXT = "\n".join(
    [
        'version = "chaos"',
        "[plant]",
        "around_the_clock = true",
        "[order]",
        'minimum = "1s"',
        'notice_lead = "2s"',
        'silent_after = "8s"',
        'signoff_grace = "3s"',
        "max_rework_rounds = 1",
        "[improvements]",
        'verify_after = "2s"',
        "[departments.quality]",
        'address = "qc@plant.example"',
        'task_opened = "instant"',
        "[departments.warehouse]",
        'task_opened = "instant"',
        *(line for kind in Kind for line in (f"[tasks.{kind}]", f'allowance = "{ALLOWANCE}"')),
        *(line for name, at, to in RUNGS for line in ("[[ladder]]", f'name = "{name}"', f'at = "{at}"', f"to = [{to}]")),
        "[[ladder]]",
        'name = "critical"',
        'at = "10s"',
        'to = ["management"]',
        "",
    ]
)
