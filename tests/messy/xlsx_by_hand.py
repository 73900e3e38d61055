"""Excel workbooks from their XML, so that a test can say what no library would write."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def cells(*values: str | float | None, row: int = 1, first: str = "A") -> str:
    """Return the XML of a row: texts inline, numbers as they are, None for no cell."""
    xml = []
    for offset, value in enumerate(values):
        ref = f"{chr(ord(first) + offset)}{row}"
        if isinstance(value, str):
            xml.append(f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>')
        elif value is not None:
            xml.append(f'<c r="{ref}"><v>{value!r}</v></c>')
    return in_row("".join(xml), row)


def in_row(xml: str, row: int, attributes: str = "") -> str:
    """Return cells in a row of this number."""
    return f'<row r="{row}"{attributes}>{xml}</row>'


def sheet(*rows: str, before: str = "", after: str = "") -> str:
    """Return the XML of a sheet with these rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_MAIN}">{before}'
        f"<sheetData>{''.join(rows)}</sheetData>{after}</worksheet>"
    )


def styles(*formats: str) -> str:
    """Return the part of styles: style 0 is General, style 1 has the first of these number formats, and so on."""
    codes = "".join(f'<numFmt numFmtId="{170 + at}" formatCode="{escape(code)}"/>' for at, code in enumerate(formats))
    used = "".join(f'<xf numFmtId="{170 + at}" applyNumberFormat="1"/>' for at, _ in enumerate(formats))
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(formats)}">{codes}</numFmts>'
        f'<cellXfs count="{len(formats) + 1}"><xf numFmtId="0"/>{used}</cellXfs></styleSheet>'
    )


def strings(*items: str) -> str:
    """Return the part of shared texts; each item is the XML inside ``<si>``."""
    return f'<sst xmlns="{_MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def workbook(
    sheets: Mapping[str, str | bytes],
    *,
    styles_part: str = "",
    strings_part: str = "",
    hidden: Sequence[str] = (),
    before_sheets: str = "",
    after_sheets: str = "",
    office: str = _OFFICE,
    kinds: Mapping[str, str] | None = None,
) -> Callable[[Path], None]:
    """Return a maker of a workbook with these sheets."""

    def make(path: Path) -> None:
        listed, related = [], []
        for number, name in enumerate(sheets, 1):
            state = ' state="hidden"' if name in hidden else ""
            listed.append(f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="rId{number}"/>')
            kind = (kinds or {}).get(name, "worksheet")
            related.append(_related(f"rId{number}", f"{office}/{kind}", f"worksheets/sheet{number}.xml"))
        for part, kind in ((styles_part, "styles"), (strings_part, "sharedStrings")):
            if part:
                related.append(_related(kind, f"{office}/{kind}", f"{kind}.xml"))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("[Content_Types].xml", _content_types(len(sheets)))
            package.writestr("_rels/.rels", _relations(_related("rId1", f"{office}/officeDocument", "xl/workbook.xml")))
            package.writestr(
                "xl/workbook.xml",
                f'<workbook xmlns="{_MAIN}" xmlns:r="{office}">{before_sheets}<sheets>{"".join(listed)}</sheets>'
                f"{after_sheets}</workbook>",
            )
            package.writestr("xl/_rels/workbook.xml.rels", _relations("".join(related)))
            for number, xml in enumerate(sheets.values(), 1):
                package.writestr(f"xl/worksheets/sheet{number}.xml", xml)
            if styles_part:
                package.writestr("xl/styles.xml", styles_part)
            if strings_part:
                package.writestr("xl/sharedStrings.xml", strings_part)

    return make


def one_sheet(*rows: str, before: str = "", after: str = "", styles_part: str = "") -> Callable[[Path], None]:
    """Return a maker of a workbook with one sheet, called Order."""
    return workbook({"Order": sheet(*rows, before=before, after=after)}, styles_part=styles_part)


def package(parts: Mapping[str, str | bytes]) -> Callable[[Path], None]:
    """Return a maker of a zip archive with these parts."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    return make


def _related(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>'


def _relations(xml: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{xml}</Relationships>'


def _content_types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{parts}</Types>'
    )
