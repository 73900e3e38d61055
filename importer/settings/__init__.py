"""Where the server is and who asks: flags, environment, and the file of servers by name."""

from importer.settings.settings import Server, resolve_server

__all__ = ["Server", "resolve_server"]
