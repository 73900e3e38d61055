"""Opens a connection: looks the name up, tries its addresses, speaks TLS where that is asked for."""

import asyncio
import errno
import socket
from collections.abc import Callable
from ssl import SSLContext
from typing import Final

from importer.vicidial.connection import Connection

_NEXT_ADDRESS_SECONDS: Final = 0.25
"""How long one address of a name is tried before the next is tried beside it (RFC 8305, section 8)."""

_REFUSED: Final = (f"[Errno {errno.ECONNREFUSED}]", "[WinError 1225]", "[WinError 10061]")


async def open_connection(
    host: str, port: int, *, tls: SSLContext | None, made: Callable[[], Connection]
) -> Connection:
    """Open a connection.

    Args:
        host: the name as DNS has it, or an address without brackets.
        port: the port.
        tls: how to encrypt; None for not at all.
        made: makes what takes the connection over.

    Raises:
        OSError: there is no connection; ConnectionRefusedError where every address refuses. Also UnicodeError, for a
            name that none can be looked up by.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    try:
        if len({entry[4] for entry in found}) == 1:
            # asyncio's race of several addresses may lose a socket when it is given up, so none is held with one
            transport, connection = await loop.create_connection(made, str(found[0][4][0]), port)
        elif isinstance(loop, asyncio.BaseEventLoop):
            transport, connection = await loop.create_connection(
                made, host, port, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS
            )
        else:
            # another event loop, such as uvloop's, which a program may have chosen, tries one after the other
            transport, connection = await loop.create_connection(made, host, port)
    except OSError as error:
        # what happened at several addresses asyncio puts into one text
        if error.errno is None and any(sign in str(error) for sign in _REFUSED):
            raise ConnectionRefusedError from error
        raise
    if tls is not None:
        # a step of its own: given up in one with the above, asyncio may leave the socket open
        try:
            connection.secured(await loop.start_tls(transport, connection, tls, server_hostname=host))
        except BaseException:
            transport.abort()
            raise
    return connection
