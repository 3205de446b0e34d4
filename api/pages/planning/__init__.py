"""The plan board: what is made and shipped when, drawn on the server."""
