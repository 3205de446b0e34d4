"""The SDK's sandbox as a second opinion: recorded histories replay in it, workers do without (docs/decisions/0010).

The order's own module is loaded in it afresh; what that leans on is passed through, where the sandbox sees nothing and
`workflows/ruff.toml` stands guard.
"""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

OURS = (
    "adoption",
    "amendments",
    "clock",
    "corrections",
    "desk",
    "escalator",
    "follow_up",
    "holds",
    "ids",
    "journal",
    "mailroom",
    "ports",
    "promises",
    "rules",
    "shipping",
    "types",
    "visibility",
)
THEIRS = ("pydantic", "pydantic_core", "annotated_types", "typing_extensions", "zoneinfo")
PASSED_THROUGH = (*THEIRS, *(f"workflows.{name}" for name in OURS))

RUNNER = SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
