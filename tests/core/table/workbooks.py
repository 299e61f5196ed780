"""Write small XLSX workbooks by hand, sound ones and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = f"""<Types xmlns="{PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""
STYLES = f"""<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/>
</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>
</styleSheet>"""
DATE = 1  # the cell style of dates

Cell = str | float | bool | None | tuple[float, int]


def cell_xml(reference: str, value: Cell) -> str:
    """Write one cell; a (value, style) pair is a number shown in that style."""
    match value:
        case None:
            return ""
        case bool():
            return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
        case str():
            return f'<c r="{reference}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        case (number, style):
            return f'<c r="{reference}" s="{style}"><v>{number}</v></c>'
        case _:
            return f'<c r="{reference}"><v>{value}</v></c>'


def sheet_xml(rows: Mapping[int, Sequence[Cell]]) -> str:
    """Write the sheet's rows, each under its own number, from column A on."""
    lines = [
        f'<row r="{number}">'
        + "".join(cell_xml(f"{chr(65 + i)}{number}", cell) for i, cell in enumerate(cells))
        + "</row>"
        for number, cells in rows.items()
    ]
    return "".join(lines)


def workbook(*sheets: tuple[str, str, str]) -> io.BytesIO:
    """Pack sheets of (name, state, rows as XML) into an XLSX file."""
    numbered = list(enumerate(sheets, 1))
    names = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" state="{state}" r:id="r{n}"/>'
        for n, (name, state, _) in numbered
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in numbered
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", _relations(_office_document()))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>',
        )
        styles = f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
        archive.writestr("xl/_rels/workbook.xml.rels", _relations(links + styles))
        archive.writestr("xl/styles.xml", STYLES)
        for n, (_, _, rows) in numbered:
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
            )
    packed.seek(0)
    return packed


def _office_document() -> str:
    return f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'


def _relations(links: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
