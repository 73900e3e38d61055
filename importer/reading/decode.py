"""Bytes -> text: the encoding is found out where it can be, told where it is a guess, and never wrong silently."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from importer.errors import SheetError

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with byte order mark"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 (little-endian) with byte order mark"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 (big-endian) with byte order mark"),
)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_UTF8_PAIR: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", re.DOTALL
)
_WORD_WITH_ACCENT: Final = re.compile(r"[^\s,;|\t\"]*[^\x00-\x7f][^\s,;|\t\"]*")
_META_CHARSET: Final = re.compile(rb"<meta[^>]*charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_SAMPLE: Final = 1 << 16
_NEXT: Final = "name the right encoding with --encoding, or save the file as UTF-8"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, the name of its encoding for the person, and what else there is to say about it."""

    text: str
    encoding: str
    facts: tuple[str, ...] = ()


def decode(data: bytes, place: str, encoding: str | None = None) -> Decoded:
    """Turn the bytes of a file into text."""
    if encoding:
        return _as_told(data, place, encoding, "as asked")
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return Decoded(_strictly(data[len(mark) :], place, codec, len(mark)), name)
    byte_order = _byte_order(data)
    if byte_order:
        name = f"UTF-16 ({'little' if byte_order == 'utf-16-le' else 'big'}-endian)"
        return Decoded(_strictly(data, place, byte_order), name)
    if b"\0" in data:
        raise SheetError(
            f"{_where(data, place, data.index(0))} is 0x00, which no text has: it is not a spreadsheet, or it is"
            " damaged; get or save it again as .xlsx or .csv"
        )
    try:
        return Decoded(data.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError as trouble:
        start = trouble.start
    return _eight_bits(data, place, start)


def _as_told(data: bytes, place: str, encoding: str, by: str) -> Decoded:
    try:
        codec = codecs.lookup(encoding.strip()).name
        # refused by what is no encoding of text, such as base64
        "a".encode(codec)
    except (LookupError, ValueError):
        raise SheetError(
            f"{place}: '{encoding}' is no encoding; use for example utf-8, utf-16, windows-1252, latin-1, cp850"
        ) from None
    return Decoded(_strictly(data, place, codec).removeprefix("\ufeff"), f"{codec} ({by})")


def _strictly(data: bytes, place: str, codec: str, skipped: int = 0) -> str:
    try:
        text = data.decode(codec)
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = _line(data[:start].decode(codec, "replace"))
        byte = f"byte {start + skipped + 1:,} (0x{data[start : start + 1].hex().upper()})"
        raise SheetError(f"{place}: line {line}, {byte} is no {codec}; {_NEXT}") from None
    if "\0" in text:
        line = _line(text[: text.index("\0")])
        raise SheetError(f"{place}: line {line}: read as {codec} there is a character 0, which no text has; {_NEXT}")
    return text


def _byte_order(data: bytes) -> str:
    """Tell UTF-16 without a mark: of every pair of bytes in digits, commas and English headers, one is 0."""
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    if half and len(data) % 2 == 0 and min(first, second) < 0.05 * half and max(first, second) > 0.5 * half:
        return "utf-16-le" if second > first else "utf-16-be"
    return ""


def _eight_bits(data: bytes, place: str, start: int) -> Decoded:
    """Decode what is no UTF-8: what an HTML page says of itself, or Windows-1252 if nothing speaks against it."""
    said = _META_CHARSET.search(data[:2048])
    if said:
        return _as_told(data, place, said[1].decode("ascii", "replace"), "as the page says")
    if _UTF8_PAIR.search(data):
        where = f"{_where(data, place, start)} (0x{data[start]:02X})"
        raise SheetError(f"{where} is no UTF-8, and other characters of the file are; {_NEXT}")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        where = f"{_where(data, place, error.start)} (0x{data[error.start]:02X})"
        raise SheetError(f"{where} is neither UTF-8 nor Windows-1252; {_NEXT}") from None
    word = _WORD_WITH_ACCENT.search(text)
    example = f", such as '{word[0][:40]}' in line {_line(text[:start])}" if word else ""
    fact = f"the encoding is a guess: if names look wrong{example}, give the right one with --encoding"
    return Decoded(text, "Windows-1252", (fact,))


def _where(data: bytes, place: str, at: int) -> str:
    return f"{place}: line {_line(data[:at].decode('latin-1'))}, byte {at + 1:,}"


def _line(text_before: str) -> int:
    return len(_LINE_END.findall(text_before)) + 1
