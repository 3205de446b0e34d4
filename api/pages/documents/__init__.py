"""The pages about documents: of one order, printed, and in the archive."""
