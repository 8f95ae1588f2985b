"""A person looks at the registry in a real browser."""
from lib.harness import check, check_equal, test
