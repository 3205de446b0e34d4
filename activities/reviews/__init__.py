"""Regular looks at the plant: what each finds, kept as it was then and told to those whom it concerns (R19, R20, R23)."""
