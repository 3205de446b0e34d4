"""What links in mails open, for customers and for the plant's people, without signing in."""
