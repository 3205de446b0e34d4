"""What operators look for in Temporal: lists of orders, and the links that open them there."""

from collections.abc import Mapping
from urllib.parse import urlencode

ORDERS = "WorkflowType IN ('Order', 'Case')"
"""And the cases beside them, which are watched in the same way."""
RUNNING = f"{ORDERS} AND ExecutionStatus='Running'"
LATE = f"{RUNNING} AND Risk='late'"
AT_RISK = f"{RUNNING} AND Risk='at_risk'"
ESCALATED = f"{RUNNING} AND EscalationLevel>0"
STUCK = f"{RUNNING} AND TemporalReportedProblems IS NOT NULL"

VIEWS: Mapping[str, str] = {"Late": LATE, "At risk": AT_RISK, "Escalated": ESCALATED, "Stuck": STUCK}
"""By the name under which the Temporal UI keeps them."""


def saved_view(namespace_url: str, name: str, query: str) -> str:
    """A link that shows the list and keeps it among the views of whoever follows it: they live in each browser."""
    return f"{namespace_url}/workflows?{urlencode({'query': query, 'savedQuery': name})}"
