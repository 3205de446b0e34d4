"""The policy in force, as the API has always found it here."""

from activities.policy_in_force import PolicyInForce, Reading, for_priority, parsed, pinned

__all__ = ["PolicyInForce", "Reading", "for_priority", "parsed", "pinned"]
