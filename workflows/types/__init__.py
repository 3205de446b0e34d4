"""The words that the policy, the world and the people share; frozen, and free of any effect."""
