"""Figures of orders: what the plant keeps of its promises, from the event log alone (R19, R22)."""
