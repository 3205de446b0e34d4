"""Rehearses a policy on past orders: who would have been told what, and whether in time (docs/rehearsal.md)."""
