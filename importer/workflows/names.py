"""Ask a server for the names that its DIDs can lead to."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from importer.settings.settings import Server
from importer.workflows.options import ImportOptions

if TYPE_CHECKING:
    from importer.vicidial.names import ServerNames


def server_names(server: Server, options: ImportOptions | None = None) -> "ServerNames":
    """Return the in-groups and call menus of a server: for dropdowns, and to suggest what a cell may have meant.

    Args:
        server: where to and as whom; the user needs ``ingroup_list`` and ``callmenu_list`` among the allowed functions.
        options: how calls travel.

    Returns:
        The names; where the server does not tell them, ``unknown`` says why.

    Raises:
        SettingsError: the certificates or the proxy cannot be used.
    """
    return asyncio.run(names_of(server, options or ImportOptions()))


async def names_of(
    server: Server, options: ImportOptions, before_writing: Callable[[], Awaitable[None]] | None = None
) -> "ServerNames":
    """The same in a running event loop, under the limit of the calls around it."""
    from importer.vicidial.client import NonAgentApi
    from importer.vicidial.names import LONGEST_NAMES_BYTES, ask_names

    transport = options.transport()
    tls = transport.ssl_context()
    api = NonAgentApi(server, transport, tls, before_writing=before_writing, longest_reply=LONGEST_NAMES_BYTES)
    try:
        return await ask_names(api)
    finally:
        await api.close()
