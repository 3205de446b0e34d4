"""The plant of the API's tests, where people are taught as well."""

from tests.api.conftest import furnished, nothing_unforeseen, plant, store

__all__ = ["furnished", "nothing_unforeseen", "plant", "store"]
