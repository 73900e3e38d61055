"""What a command reads and checks lives as long as the command: the garbage collector need not look at it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def long_lived() -> Iterator[None]:
    """Collect no garbage meanwhile, and never look through what was made; saves a tenth of a large check."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
