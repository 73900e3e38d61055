"""What an exception in a callback of the event loop does: it stops the run, masked, and is never printed as it is."""

import asyncio
from collections.abc import Callable
from typing import Any

from importer.settings.password import redact_all


def callback_errors_to(stop: Callable[[str], object]) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """Return a handler for ``loop.set_exception_handler``; asyncio's own prints a traceback that may hold an address.

    Args:
        stop: stops the run; called in the loop with one masked sentence.
    """

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        what = f"{type(error).__name__}: {error}" if error is not None else str(context.get("message", ""))
        stop(f"an error in a callback of the event loop ({' '.join(redact_all(what).split())})")

    return handle
