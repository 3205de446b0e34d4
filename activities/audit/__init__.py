"""The chain over what happened: who could change the store alone cannot change it unnoticed."""
