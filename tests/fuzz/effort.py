"""How much is tried: as `make test` wants it, or many times that (`make fuzz`)."""

import os


def examples(count: int) -> int:
    """How many examples to try, where a usual run tries `count`."""
    return count * int(os.environ.get("FUZZ_FACTOR", "1"))
