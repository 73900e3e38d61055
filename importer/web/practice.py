"""The practice VICIdial of the page; it is there again after the program ended in mid-run."""

import json

from importer import ImportOptions, Password, Server, added_by, list_runs
from importer.sandbox import Sandbox, SandboxOptions
from importer.web.connection import Connection
from importer.web.state import PageState

_USER = "6666"
_PASSWORD = "1234"  # noqa: S105  everybody's password in a server for practice
_DIDS_THERE = ("3055550190", "7135550190", "7275550190")


def start_practice(state: PageState) -> Connection:
    """Start the practice VICIdial where it does not run, and return the connection to it.

    It begins anew, at the same address; what an unfinished run has added to it is there again.
    """
    if state.practice is None:
        folder = state.options.folder
        notes = folder / "practice.json"
        try:
            port = int(json.loads(notes.read_text(encoding="utf-8"))["port"])
        except (OSError, ValueError, KeyError, TypeError):
            port = 0
        added = [
            did
            for line in list_runs(state.folders.runs)
            if line.about.server.startswith(f"http://127.0.0.1:{port}/") and line.about.state == "unfinished"
            for did in added_by(line)
        ]
        options = SandboxOptions(starting_dids=(*_DIDS_THERE, *added))
        try:
            sandbox = Sandbox(options, port).__enter__()
        except OSError:
            sandbox = Sandbox(options, 0).__enter__()
        notes.write_text(json.dumps({"port": sandbox.port}), encoding="utf-8")
        state.practice = sandbox
    server = Server(state.practice.url, _USER, Password(_PASSWORD))
    return Connection(server, ImportOptions(), practice=True)
