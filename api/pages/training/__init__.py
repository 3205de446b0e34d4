"""The room of training: who has what until when, what is taught, and who was there."""
