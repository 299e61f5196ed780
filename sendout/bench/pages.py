"""How long each page takes with ten thousand participants and a million rows, in one table."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.test import Client

from sendout.bench import hello, machine
from sendout.bench.asking import Found, Reader
from sendout.bench.routes import LEFT_OUT, Page, pages
from sendout.bench.town import Size, found
from sendout.core import litter

BARE = Page("(bare Django page)", "", f"/{hello.PLACE}")
HEADS = ("p50 ms", "p95 ms", "× bare", "queries", "PostgreSQL ms", "Python ms", "CPU p95")


@dataclass(slots=True)
class Measured:
    """All pages, the slowest first, and beside them the bare one. machine: before the start."""

    size: Size
    bare: Found
    pages: list[Found]
    machine: dict[str, object]

    def slower_than(self, limit: float) -> list[Found]:
        """Give those that are waited for and whose p95 is more milliseconds than this."""
        judged = [each for each in self.pages if not each.page.comes_after]
        return [each for each in judged if each.clock(95) > limit]

    def to_dict(self) -> dict[str, object]:
        """Give it as `--json` prints it."""
        return {
            "size": asdict(self.size),
            "bare": _figures(self.bare),
            "pages": [_figures(each) for each in self.pages],
            "left_out": LEFT_OUT,
            "machine": self.machine,
        }

    def to_text(self) -> str:
        """Give it as a table."""
        rows = [_row(each, self.bare) for each in [*self.pages, self.bare]]
        widest = max(len(name) for name, *_ in rows)
        lines = [f"{'':{widest}}" + "".join(f"{head:>15}" for head in HEADS)]
        for name, *figures in rows:
            lines.append(f"{name:{widest}}" + "".join(f"{figure:>15}" for figure in figures))
        lines += ["", "(after): a part that its page does not wait for. " + self._place()]
        return "\n".join(lines)

    def _place(self) -> str:
        return (
            f"{self.machine['cores']} cores shared with PostgreSQL; "
            f"Python {self.machine['python']}; load before the start {self.machine['load']}."
        )


def measure(size: Size, times: int, only: str, tell: Callable[[str], None]) -> Measured:
    """Fill the database of this process, and ask each page so often whose name has `only` in it.

    Raises Problem when a page does not answer as it should.
    """
    before = machine.describe()
    town = found(size, tell)
    logging.getLogger("django.request").setLevel(logging.ERROR)  # many addresses take POST alone
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(town.owner)
    reader = Reader(browser)
    litter.spare(litter.ANSWERING)  # as the web server does
    wanted = [page for page in pages(town) if only in str(page)]
    tell(f"asking for {len(wanted)} pages, {times} times each ...")
    bare = reader.read(BARE, times)
    assert bare is not None
    read = [each for page in wanted if (each := reader.read(page, times))]
    return Measured(size, bare, sorted(read, key=lambda each: -each.clock(95)), before)


def _row(each: Found, bare: Found) -> tuple[str, ...]:
    said = _figures(each)
    return (
        str(each.page),
        f"{said['p50_ms']:.1f}",
        f"{said['p95_ms']:.1f}",
        f"{each.cpu(50) / bare.cpu(50):.1f}",
        f"{said['queries']:.0f}",
        f"{said['postgres_ms']:.1f}",
        f"{said['python_ms']:.1f}",
        f"{said['cpu_p95_ms']:.1f}",
    )


def _figures(each: Found) -> dict[str, object]:
    figures = {
        "p50_ms": each.clock(50),
        "p95_ms": each.clock(95),
        "postgres_ms": each.middle("asked"),
        "python_ms": each.middle("python_cpu"),
        "postgres_cpu_ms": each.middle("postgres_cpu"),
        "cpu_p95_ms": each.cpu(95),
        "queries": each.middle("queries"),
    }
    told: dict[str, object] = {
        "page": each.page.name,
        "about": each.page.about,
        "comes_after": each.page.comes_after,
    }
    return told | {name: round(value, 2) for name, value in figures.items()} | {"bytes": each.size}
