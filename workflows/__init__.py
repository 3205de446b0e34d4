"""The policy: pure. It imports nothing of ours and nothing impure."""
