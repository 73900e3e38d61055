"""``did-importer web``: the page in the browser, and the icon that starts it."""

import argparse

from importer.cli.files import folders_of
from importer.cli.terminal import say
from importer.errors import SettingsError

_HIGHEST_PORT = 65_535


def web(flags: argparse.Namespace) -> int:
    """``did-importer web``.

    Raises:
        SettingsError: the extra is not installed, the port is taken, or a file cannot be written.
    """
    from importer.web.launcher import icon_path, icon_text, install_icon, remove_icon

    path = icon_path()
    if flags.install_icon:
        install_icon(path, icon_text())
        say([f"written: {path}"])
        return 0
    if flags.remove_icon:
        say([f"removed: {path}" if remove_icon(path) else f"there is no icon at {path}"])
        return 0
    if not 0 <= flags.port <= _HIGHEST_PORT:
        raise SettingsError(f"--port {flags.port} must be from 0 (a free one) to {_HIGHEST_PORT}")
    try:
        from importer.web.server import WebOptions, serve
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the page needs an extra that is not installed ({error.name}); run: pip install 'did-importer[web]'"
        ) from None
    state = folders_of(flags).state
    options = WebOptions(state / "web", state, flags.port, browser=not flags.no_browser, config=flags.config)
    return serve(options, lambda sentence: print(sentence, flush=True))
