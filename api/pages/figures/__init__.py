"""The figures on pages: all of a period, one with what stands behind it, and those of each department."""
