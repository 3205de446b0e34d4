"""Processes: what each worker registers and runs."""
