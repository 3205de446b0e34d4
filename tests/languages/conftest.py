"""The store of the API's tests, for its answers in each language."""

from tests.api.conftest import furnished, store

__all__ = ["furnished", "store"]
