"""How calls travel: the method, the time they may take, and which certificates are trusted."""

import logging
import ssl
import traceback
from dataclasses import dataclass
from pathlib import Path

from importer.errors import SettingsError
from importer.settings.password import redact_all


@dataclass(frozen=True, slots=True)
class Transport:
    """How calls travel.

    Attributes:
        method: ``GET``, as every document shows, or ``POST``, which keeps the password out of the access log.
        timeout: seconds for one whole call.
        ca_file: the certificates of a private authority, or None for the system's.
        insecure: True to take any certificate.
    """

    method: str = "GET"
    timeout: float = 30.0
    ca_file: str | None = None
    insecure: bool = False

    def ssl_context(self) -> ssl.SSLContext:
        """Make the context that all workers share.

        Raises:
            SettingsError: the file of certificates cannot be used.
        """
        if self.insecure:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError):
            raise SettingsError(f"--ca-file {self.ca_file} cannot be read as certificates (PEM)") from None
        if self.ca_file is None and not _system_has_authorities(context):
            # Python for macOS comes without any; httpx brings Mozilla's along
            import certifi

            context.load_verify_locations(certifi.where())
        return context


def _system_has_authorities(context: ssl.SSLContext) -> bool:
    folder = ssl.get_default_verify_paths().capath
    return bool(context.cert_store_stats()["x509_ca"]) or (folder is not None and any(Path(folder).iterdir()))


class _Masked(logging.Filter):
    """Masks what asyncio logs: in debug mode it writes tasks down with the error that they ended in."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        trace = "".join(("\n", *traceback.format_exception(error))) if error is not None else ""
        record.msg, record.args, record.exc_info = redact_all(record.getMessage() + trace), (), None
        return True


_MASKED = _Masked()


def silence_httpx() -> None:
    """Keep the logs of httpx and of what it stands on from everybody: they hold URLs, and so the password.

    Each logger is silenced by itself, because one below ``httpcore`` asks only its own switch and goes on to the
    handlers of those above.
    """
    below = ("connection", "http11", "http2", "proxy", "socks")
    for name in ("httpx", "httpcore", *(f"httpcore.{part}" for part in below)):
        logging.getLogger(name).disabled = True
    logging.getLogger("asyncio").addFilter(_MASKED)
