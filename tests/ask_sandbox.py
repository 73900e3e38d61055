"""How the tests of the sandbox talk to it."""

from typing import TYPE_CHECKING

from importer.sandbox import Sandbox

if TYPE_CHECKING:
    import httpx

USER = {"user": "6666", "pass": "1234", "source": "test"}


def ask(client: "httpx.Client", box: Sandbox, **params: str) -> "httpx.Response":
    """Send one GET as user 6666, unless ``params`` say otherwise; ``password`` stands for ``pass``."""
    if "password" in params:
        params["pass"] = params.pop("password")
    return client.get(box.url, params=USER | params)


def add(client: "httpx.Client", box: Sandbox, did: str, **params: str) -> "httpx.Response":
    """Send one add_did."""
    return ask(client, box, function="add_did", did_pattern=did, **params)
