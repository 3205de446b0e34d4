"""The documents of orders: printed from the record or uploaded, kept by their digests, complete or not, and archived."""
