"""Improvements on pages: what people complain of and suggest, until it is done and has had an effect (R18, R23)."""
