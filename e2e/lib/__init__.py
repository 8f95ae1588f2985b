"""What the scenarios share: running tests, a registry to talk to, models to add, a browser."""
