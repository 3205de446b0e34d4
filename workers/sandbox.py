"""How workflow code is loaded: the order's own module in the sandbox, what it leans on passed through.

Passed-through modules are not watched by the sandbox; `workflows/ruff.toml` guards them instead.
"""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

OURS = (
    "adoption",
    "clock",
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
