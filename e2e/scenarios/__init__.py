"""One file a story; a story is a list of tests that run in order."""
