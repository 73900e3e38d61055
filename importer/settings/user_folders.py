"""Where on this machine a person's settings and the records of runs are."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from importer.settings.named import Origin, Setting

CONFIG_VARIABLE: Final = "DID_IMPORTER_CONFIG"
STATE_VARIABLE: Final = "DID_IMPORTER_STATE_DIR"


def config_file(flag: Path | None, environment: Mapping[str, str] = os.environ) -> Setting:
    """Say where the file of servers is: --config, then DID_IMPORTER_CONFIG, then the user's folder of settings."""
    if flag is not None:
        return Setting("config", str(flag), Origin.FLAG, "--config")
    if environment.get(CONFIG_VARIABLE):
        return Setting("config", environment[CONFIG_VARIABLE], Origin.ENVIRONMENT, CONFIG_VARIABLE)
    from platformdirs import user_config_path

    return Setting("config", str(user_config_path("did-importer", appauthor=False) / "servers.toml"), Origin.DEFAULT)


def state_folder(flag: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """Say where the records of runs are: --state-dir, then DID_IMPORTER_STATE_DIR, then the system's own place."""
    if flag is not None:
        return flag
    if environment.get(STATE_VARIABLE):
        return Path(environment[STATE_VARIABLE])
    from platformdirs import user_state_path

    return user_state_path("did-importer", appauthor=False)
