"""Pages of a report: headings, facts, text, and a table whose head is on every page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONTS = Path(__file__).parent / "vendor" / "dejavu-2.37"
PLAIN, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
WIDTH, HEIGHT = landscape(A4)  # points
MARGIN, BOTTOM = 36.0, 40.0
SMALL, BODY, HEADING, TITLE = 6.5, 8.5, 11.0, 16.0
LINE = 1.3  # of the size of the letters
MOST_LINES = 4  # of a cell of the table
LABEL = 130.0  # width of what a fact is called
GREY, LIGHT = 0.4, 0.85


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; width in points."""

    title: str
    width: float


@lru_cache(maxsize=20_000)
def wrap(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """Cut a text into lines that fit; a word that is too long is cut anywhere."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if pdfmetrics.stringWidth(longer, font, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while pdfmetrics.stringWidth(line, font, size) > width and len(line) > 1:
                fits = _fitting(line, font, size, width)
                lines.append(line[:fits])
                line = line[fits:]
        lines.append(line)
    return tuple(lines)


def _fitting(word: str, font: str, size: float, width: float) -> int:
    n = len(word)
    while n > 1 and pdfmetrics.stringWidth(word[:n], font, size) > width:
        n -= 1
    return n


class Sheet:
    """A PDF that is written from top to bottom. foot: what stands below every page."""

    def __init__(self, file: IO[bytes], title: str, author: str, keywords: str, foot: str) -> None:
        for name in (PLAIN, BOLD):
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, FONTS / f"{name}.ttf"))
        self._canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator("Sendout")
        self._canvas.setKeywords(keywords)
        self._foot = foot
        self._pen: tuple[str, float, float] | None = None
        self.page = 1
        self._y = HEIGHT - MARGIN

    def heading(self, text: str, size: float = HEADING) -> None:
        """Write a heading that does not stand alone at the end of a page."""
        self._need(size * 4)
        self._y -= size * (LINE + 0.4)
        self._write(MARGIN, text, BOLD, size)
        self._y -= size * 0.5

    def text(self, text: str, x: float = MARGIN, size: float = BODY) -> None:
        """Write lines of text, wrapped."""
        for line in wrap(text, PLAIN, size, WIDTH - MARGIN - x):
            self._need(size * LINE)
            self._y -= size * LINE
            self._write(x, line, PLAIN, size)

    def fact(self, label: str, value: str) -> None:
        """Write what something is called, and what it is beside it."""
        self._need(BODY * LINE)
        self._write(MARGIN, label, PLAIN, BODY, drop=BODY * LINE, grey=GREY)
        self.text(value, MARGIN + LABEL)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
        """Write rows below the titles of their columns; both again on each new page."""
        self._titles(columns)
        for row in rows:
            cells = [
                wrap(cell, PLAIN, SMALL, column.width - 4)[:MOST_LINES]
                for cell, column in zip(row, columns, strict=True)
            ]
            height = max(map(len, cells)) * SMALL * LINE + 2
            self._need(height, lambda: self._titles(columns))
            self._row(columns, cells)
            self._y -= height
            self._rule(LIGHT)

    def _row(self, columns: Sequence[Column], cells: Sequence[tuple[str, ...]]) -> None:
        x = MARGIN
        for column, lines in zip(columns, cells, strict=True):
            for n, line in enumerate(lines, 1):
                if line:
                    self._write(x, line, PLAIN, SMALL, drop=n * SMALL * LINE)
            x += column.width

    def _titles(self, columns: Sequence[Column]) -> None:
        self._need(SMALL * LINE * 3)
        self._y -= SMALL * LINE
        x = MARGIN
        for column in columns:
            self._write(x, column.title, BOLD, SMALL)
            x += column.width
        self._y -= 3
        self._rule(GREY)

    def _rule(self, grey: float) -> None:
        self._canvas.setStrokeGray(grey)
        self._canvas.setLineWidth(0.4)
        self._canvas.line(MARGIN, self._y, WIDTH - MARGIN, self._y)

    def _write(
        self, x: float, text: str, font: str, size: float, *, drop: float = 0, grey: float = 0
    ) -> None:
        if self._pen != (font, size, grey):  # said once: half the time goes into numbers
            self._pen = (font, size, grey)
            self._canvas.setFont(font, size)
            self._canvas.setFillGray(grey)
        self._canvas.drawString(x, self._y - drop, text)

    def _need(self, height: float, at_top: Callable[[], None] | None = None) -> None:
        if self._y - height >= BOTTOM:
            return
        self._end_page()
        self.page += 1
        self._y = HEIGHT - MARGIN
        if at_top:
            at_top()

    def _end_page(self) -> None:
        self._canvas.setFont(PLAIN, SMALL)
        self._canvas.setFillGray(GREY)
        self._canvas.drawString(MARGIN, BOTTOM / 2, self._foot)
        self._canvas.drawRightString(WIDTH - MARGIN, BOTTOM / 2, str(self.page))
        self._canvas.showPage()
        self._pen = None

    def save(self) -> None:
        """Write the end of the file."""
        self._end_page()
        self._canvas.save()
