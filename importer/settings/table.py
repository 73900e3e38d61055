"""One ``[servers.NAME]`` of the file of servers: which keys it may have, and what each must be."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from importer.columns import DID_PATTERN, SENT
from importer.errors import SettingsError
from importer.headers import column_named
from importer.settings.named import NamedServer, complete_url
from importer.settings.settings import SOURCE_PATTERN

KEYS: Final[Mapping[str, tuple[type, ...]]] = {
    "url": (str,),
    "user": (str,),
    "source": (str,),
    "rate": (int, float),
    "workers": (int,),
    "method": (str,),
    "did_format": (str,),
    "region": (str,),
    "password_file": (str,),
    "keyring": (bool,),
    "columns": (dict,),
}
"""What may stand under ``[servers.NAME]``, and of which type."""

_TYPE_WORDS: Final = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
_PASSWORD_KEY: Final = re.compile(r"pass(?!word_file$)|pwd|pw$|secret|token", re.IGNORECASE)


def named_server(path: Path, name: str, table: Mapping[str, object]) -> NamedServer:
    """Read one server."""
    place = f"[servers.{_one_line(name)}] in {path}"
    refuse_unknown(table, KEYS, place)
    for key, value in table.items():
        right = KEYS[key]
        if not isinstance(value, right) or (isinstance(value, bool) and bool not in right):
            words = "a table of its own" if right == (dict,) else _TYPE_WORDS[right[-1]]
            raise SettingsError(f"{place}: {key} must be {words}")
    texts = {key: value.strip() for key, value in table.items() if isinstance(value, str)}
    if not texts.get("url"):
        raise SettingsError(f'{place}: url is missing; a host alone will do, such as url = "vici.example.org"')
    try:
        url = complete_url(texts["url"])
    except SettingsError as trouble:
        raise SettingsError(f"{place}: url: {trouble}") from None
    rate, workers = table.get("rate"), table.get("workers")
    server = NamedServer(
        name=name,
        place=place,
        url=url,
        user=texts.get("user", ""),
        source=texts.get("source", ""),
        password_file=_password_file(path, texts["password_file"], place) if "password_file" in texts else None,
        keyring=table.get("keyring") is True,
        rate=float(rate) if isinstance(rate, int | float) else None,
        workers=workers if isinstance(workers, int) else None,
        method=texts.get("method", "").upper(),
        did_format=texts.get("did_format", "").lower(),
        region=texts.get("region", "").upper(),
        columns=tuple(_columns(place, table.get("columns", {}))),
    )
    _check(server)
    return server


def _password_file(path: Path, text: str, place: str) -> Path:
    try:
        found = Path(text).expanduser()
    except RuntimeError:
        raise SettingsError(f"{place}: password_file: there is no such user's folder; write the whole path") from None
    if not text:
        raise SettingsError(f"{place}: password_file is empty; name the file, or leave the key out")
    return path.parent / found


def _check(server: NamedServer) -> None:
    from importer.checking.did_format import DidFormat

    forms = ", ".join(DidFormat)
    for usable, sentence in (
        (not server.source or SOURCE_PATTERN.fullmatch(server.source), "source must be 2 to 20 letters and digits"),
        (server.method in ("", "GET", "POST"), 'method must be "get" or "post"'),
        (server.did_format in ("", *DidFormat), f"did_format must be one of: {forms}"),
        (re.fullmatch("[A-Z]{2}|", server.region), 'region must be two letters, such as "US"'),
        (not (server.keyring and server.password_file), "give password_file or keyring = true, not both"),
    ):
        if not usable:
            raise SettingsError(f"{server.place}: {sentence}")


def _columns(place: str, table: object) -> Iterable[tuple[str, str]]:
    place = place.replace("] in ", ".columns] in ", 1)
    for key, value in table.items() if isinstance(table, dict) else ():
        column = column_named(key)
        names = [known.name for known in SENT if known is not DID_PATTERN]
        if column is None or not column.sent:
            raise SettingsError(f"{place}: there is no column '{_one_line(key)}'; {nearest(key, names, 'columns')}")
        if column is DID_PATTERN:
            raise SettingsError(f"{place}: did_pattern would give every row the same number; leave it out")
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise SettingsError(f"{place}: {_one_line(key)} must be text in quotes")
        yield column.name, str(value)


def refuse_unknown(table: Iterable[str], known: Iterable[str], place: str) -> None:
    """Refuse a key that nobody knows, and a password in any case."""
    for key in table:
        if key in known:
            continue
        if _PASSWORD_KEY.search(key):
            raise SettingsError(
                f"{place}: no password stands in this file; take out '{_one_line(key)}' and give password_file or"
                " keyring = true"
            )
        raise SettingsError(f"{place}: there is no key '{_one_line(key)}'; {nearest(key, known, 'keys')}")


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)


def nearest(word: str, known: Iterable[str], what: str) -> str:
    """Name what is closest to a word that nobody knows, and all that there is."""
    names = [_one_line(name) for name in known]
    close = get_close_matches(word.lower(), names, n=1, cutoff=0.5)
    return (f"did you mean {close[0]}? " if close else "") + f"the {what} are: {', '.join(names)}"
