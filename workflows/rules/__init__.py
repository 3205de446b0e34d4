"""Pure functions of the policy, tested by tables."""
