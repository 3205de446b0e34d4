"""Training: who has to know what, who knows it until when, and who is told before that runs out (R22)."""
