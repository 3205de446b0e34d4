"""The API through its app: a real store, and an engine that is played."""
