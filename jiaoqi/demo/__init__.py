"""The demo: a plant's people and some orders, each somewhere else on its way."""

from jiaoqi.demo.furnish import furnish

__all__ = ["furnish"]
