"""OpenDocument spreadsheets from their XML."""

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

from messy.xlsx_by_hand import package

_ROOT = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"), ("draw", "drawing"))
    )
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def text(value: str, attributes: str = "") -> str:
    """Return a text cell."""
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string"{attributes}>{paragraphs}</table:table-cell>'


def number(value: float, shown: str = "", attributes: str = "") -> str:
    """Return a number cell, shown as its own digits unless something else is said."""
    return (
        f'<table:table-cell office:value-type="float" office:value="{value!r}"{attributes}>'
        f"<text:p>{shown or repr(value)}</text:p></table:table-cell>"
    )


def row(*cells: str, attributes: str = "") -> str:
    """Return a row with these cells, and the blank rest that LibreOffice writes."""
    rest = '<table:table-cell table:number-columns-repeated="16000"/>'
    return f"<table:table-row{attributes}>{''.join(cells)}{rest}</table:table-row>"


def blank(rows: int) -> str:
    """Return so many blank rows."""
    return row(attributes=f' table:number-rows-repeated="{rows}"')


def document(sheets: Mapping[str, str], manifest: str = "", root: str = _ROOT) -> Callable[[Path], None]:
    """Return a maker of a spreadsheet with these sheets, each the XML of its rows."""
    tables = "".join(f'<table:table table:name="{escape(name)}">{xml}</table:table>' for name, xml in sheets.items())
    return package(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {root}><office:body>'
            f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": manifest or "<manifest/>",
        }
    )
