"""What the plant's people read, in their language: sentences by gettext, dates and numbers by locale."""

from activities.languages.tongue import Tongue, chosen, wished

__all__ = ["Tongue", "chosen", "wished"]
