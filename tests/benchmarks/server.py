"""The server of the benchmark: nginx, which answers every call at once or after 10 ms and writes down when it began."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

API_PATH: Final = "/vicidial/non_agent_api.php"
PACKAGES: Final = "nginx-light libnginx-mod-http-echo wrk"
"""What a Debian needs for the benchmark."""

_ECHO_MODULE: Final = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")
_CONFIGURATION: Final = """\
load_module {module};
daemon off; worker_processes 1; pid nginx.pid; error_log error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; default_type "text/html; charset=utf-8"; keepalive_requests 100000000; keepalive_timeout 75s;
  log_format moments "$msec $request_time $arg_function";
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fcgi; uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  map $arg_function $said {{
    version "VERSION: 2.14-202|BUILD: 250720-1841|DATE: 2026-11-27 00:00:00|EPOCH: 1795737600";
    update_did "ERROR: update_did DID DOES NOT EXIST: |6666|$arg_did_pattern|";
    default "SUCCESS: add_did DID HAS BEEN ADDED - 6666|$arg_did_pattern|1|";
  }}
  server {{ listen 127.0.0.1:{instant}; location = {path} {{ access_log calls.log moments; return 200 "$said\\n"; }} }}
  server {{ listen 127.0.0.1:{slow};
    location = /answer {{ internal; access_log calls.log moments; return 200 "$said\\n"; }}
    location = {path} {{ echo_sleep 0.010; echo_exec /answer $args; }} }}
}}
"""


class ToolMissingError(Exception):
    """A program that the benchmark needs is missing or does not start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class BenchServer:
    """A running nginx.

    Attributes:
        instant: the address that answers at once.
        slow: the address that answers after 10 ms.
        log: where each call's end and length stand.
    """

    instant: str
    slow: str
    log: Path


@contextmanager
def running_server(folder: Path, core: str) -> Iterator[BenchServer]:
    """Start nginx on one core, and end it afterwards.

    Args:
        folder: an empty folder for its configuration and logs.
        core: the number of the processor it is pinned to.

    Raises:
        ToolMissingError: nginx, its module echo, wrk or taskset is missing, or nginx does not start.
    """
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if nginx is None or not _ECHO_MODULE.exists() or not shutil.which("wrk") or not shutil.which("taskset"):
        raise ToolMissingError(f"the benchmark needs nginx, wrk and taskset; on Debian: apt-get install {PACKAGES}")
    ports = _free_ports()
    text = _CONFIGURATION.format(module=_ECHO_MODULE, path=API_PATH, instant=ports[0], slow=ports[1])
    (folder / "nginx.conf").write_text(text, encoding="ascii")
    command = ["taskset", "-c", core, nginx, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_open(ports[0], child)
        addresses = [f"http://127.0.0.1:{port}{API_PATH}" for port in ports]
        yield BenchServer(addresses[0], addresses[1], folder / "calls.log")
    finally:
        child.terminate()
        child.wait()


def _wait_until_open(port: int, child: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if child.poll() is not None or time.monotonic() > until:
                raise ToolMissingError("nginx did not start") from None
            time.sleep(0.02)
        else:
            return


def _free_ports() -> tuple[int, int]:
    """Choose two free ports; both are held while they are chosen, so that they differ."""
    with socket.socket() as first, socket.socket() as second:
        for listener in (first, second):
            listener.bind(("127.0.0.1", 0))
        return int(first.getsockname()[1]), int(second.getsockname()[1])
