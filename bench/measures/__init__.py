"""One file a question; each returns rows of the table."""
