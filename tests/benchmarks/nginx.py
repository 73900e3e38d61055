"""A server that answers every add_did at once, or after 5 ms, or refuses a share: nginx, as a child of its own."""

import re
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Final, Self

API_PATH: Final = "/vicidial/non_agent_api.php"
PACKAGES: Final = "nginx-light libnginx-mod-http-echo wrk curl"
"""What a Debian needs for the benchmark."""

_MODULE_FOLDERS: Final = ("/usr/lib/nginx/modules", "/usr/share/nginx/modules")
_ECHO_MODULE: Final = "ngx_http_echo_module.so"
_READY_SECONDS: Final = 10.0

# the text of a real server's answer: tests/transcripts.jsonl
_SUCCESS: Final = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|$arg_did_pattern"


class NginxTrouble(Exception):
    """There is no nginx, or it does not start; the message says what to do."""


class Way(StrEnum):
    """How a server answers."""

    FAST = "fast"
    SLOW = "slow"
    """After 5 ms."""
    LOGGED = "logged"
    """At once, and the moment of each call is written down."""
    SLOW_LOGGED = "slow, logged"
    TENTH_REFUSED = "tenth refused"
    """One call in ten gets HTTP 503."""
    THIRD_REFUSED = "third refused"


@dataclass(frozen=True, slots=True)
class Tools:
    """Where nginx and its module echo are."""

    program: str
    echo_module: str


def find_nginx() -> Tools:
    """Find nginx and its module.

    Raises:
        NginxTrouble: one of them is missing.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    modules = [found for folder in _MODULE_FOLDERS if (found := Path(folder, _ECHO_MODULE)).exists()]
    if program is None or not modules:
        missing = "nginx" if program is None else f"nginx's module {_ECHO_MODULE}"
        raise NginxTrouble(f"{missing} is not there; on Debian: apt-get install {PACKAGES}")
    return Tools(program, str(modules[0]))


def configuration(tools: Tools, ports: dict[Way, int]) -> str:
    """Return nginx's configuration: one server for each way to answer. All paths in it are below its prefix."""
    answer = f'return 200 "{_SUCCESS}\\n";'
    # by way of another location, so that the answer has its length in front as the fast server's has
    slow = "echo_sleep 0.005; echo_exec /answer $args; } location = /answer { internal; "
    log = "access_log calls.log moments;"
    bodies = {
        Way.FAST: answer,
        Way.SLOW: slow + answer,
        Way.LOGGED: log + answer,
        Way.SLOW_LOGGED: slow + log + answer,
        Way.TENTH_REFUSED: f'if ($tenth) {{ return 503 "busy\\n"; }} {answer}',
        Way.THIRD_REFUSED: f'if ($third) {{ return 503 "busy\\n"; }} {answer}',
    }
    servers = "\n".join(
        f"  server {{ listen 127.0.0.1:{port}; location = /served {{ stub_status; }}\n"
        f"   location = {API_PATH} {{ {bodies[way]} }} }}"
        for way, port in ports.items()
    )
    folders = "".join(f" {kind}_temp_path {kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""load_module {tools.echo_module};
daemon off; worker_processes 1; pid nginx.pid; error_log error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; default_type "text/html; charset=utf-8"; keepalive_requests 100000000; keepalive_timeout 75s;
  log_format moments "$msec $request_time";
  split_clients "$request_id" $tenth {{ 10% 1; * ""; }}
  split_clients "$request_id" $third {{ 33.3% 1; * ""; }}
 {folders}
{servers}
}}
"""


class Nginx:
    """A running nginx with one worker process.

    Args:
        tools: where its program is.
        folder: an empty folder for its configuration and logs.
    """

    def __init__(self, tools: Tools, folder: Path) -> None:
        self._folder = folder
        self._ports = _free_ports()
        file = folder / "nginx.conf"
        file.write_text(configuration(tools, self._ports), encoding="ascii")
        with (folder / "start.log").open("wb") as words:
            self._child = subprocess.Popen(
                [tools.program, "-p", str(folder), "-c", str(file), "-e", "error.log"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=words,
            )

    def __enter__(self) -> Self:
        until = time.monotonic() + _READY_SECONDS
        while True:
            with suppress(OSError):
                self.served()
                return self
            if self._child.poll() is not None or time.monotonic() > until:
                self.__exit__(None, None, None)
                words = (self._folder / "start.log").read_text(errors="replace")[-1000:]
                raise NginxTrouble(f"nginx did not start: {words}")
            time.sleep(0.02)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.terminate()
        self._child.wait()

    @property
    def log(self) -> Path:
        """Where the servers that are logged write down their calls."""
        return self._folder / "calls.log"

    def url(self, way: Way) -> str:
        """Return the address of the Non-Agent API that answers so."""
        return f"http://127.0.0.1:{self._ports[way]}{API_PATH}"

    def served(self) -> int:
        """Return how many requests all its servers have answered, this one included."""
        line = HTTPConnection("127.0.0.1", self._ports[Way.FAST], timeout=5)
        try:
            line.request("GET", "/served")
            found = re.search(r"^ \d+ \d+ (\d+)", line.getresponse().read().decode("ascii"), re.MULTILINE)
        finally:
            line.close()
        if found is None:
            raise NginxTrouble("nginx does not tell how many requests it has served")
        return int(found[1])


def _free_ports() -> dict[Way, int]:
    """Choose a free port for each way; all are held while they are chosen, so that no two are the same."""
    with ExitStack() as held:
        ports = {}
        for way in Way:
            listener = held.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            ports[way] = int(listener.getsockname()[1])
        return ports
