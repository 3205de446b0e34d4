"""The world: the SQL store, mail, documents and the policy file; it may import `workflows`, never the other way."""
