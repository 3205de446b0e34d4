"""The policies under which the plant is tested."""

ORDINARY = """
version = "end-to-end"
[plant]
around_the_clock = true         # any hour of any day is as good as another: the stories run when they run
[order]
notice_lead = "1s"
minimum = "1s"
max_rework_rounds = 2
"""
"""Long allowances: nobody is reminded of anything while a story is told."""

IN_SECONDS = """
version = "in seconds"
[plant]
around_the_clock = true
[order]
minimum = "1s"
notice_lead = "1s"
[departments.quality]
address = "qc@plant.example"
[tasks.confirm_order]
allowance = "4s"
[tasks.inspect]
allowance = "4s"
[tasks.assign_improvement]
allowance = "4s"
[improvements]
verify_after = "1s"
[[ladder]]
name = "remind"
at = "-2s"
to = ["assignee"]
[[ladder]]
name = "overdue"
at = "0s"
to = ["assignee", "head"]
[[ladder]]
name = "escalate"
at = "2s"
to = ["head", "sales"]
[[ladder]]
name = "critical"
at = "4s"
to = ["management"]
"""
"""The ladder of the built-in policy, climbed in six seconds."""

LADDER = {"remind": -2.0, "overdue": 0.0, "escalate": 2.0, "critical": 4.0}
"""Seconds from the deadline."""
