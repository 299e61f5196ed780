"""What the pages use of Tabler is in the style sheet that is trimmed to it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.laws.sources import ROOT
from tests.rigs import give_up, require

TEMPLATES = ROOT / "sendout" / "templates"
TRIMMED = ROOT / "sendout" / "static" / "sendout" / "tabler.css"
PEER = ROOT / "tests" / "peers" / "styles"
TAG = r"{%.*?%}|{{.*?}}"
SILENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}", re.DOTALL)
CLASSES = re.compile(rf'\bclass="((?:{TAG}|[^"])*?)"', re.DOTALL)
# Part of a name before or after a template tag that gives the rest of it.
JOINED = re.compile(r"[\w-]+(?={{)|[\w-]+-(?={%)")
EXCEPTED = re.compile(r":not\([^)]*\)|url\([^)]*\)")
SELECTED = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
OURS = "so-"  # may be there for scripts and tests alone


@cache
def styled() -> set[str]:
    """Give every class that the style sheet gives a style to."""
    return set(SELECTED.findall(EXCEPTED.sub("", TRIMMED.read_text())))


def attributes() -> Iterator[tuple[str, str]]:
    """Give the class attributes of all templates, each with the template's name."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        for value in CLASSES.findall(SILENT.sub("", path.read_text())):
            yield str(path.relative_to(TEMPLATES)), value


def names_in(value: str) -> set[str]:
    """Give the classes that an attribute names in full."""
    return set(re.sub(TAG, " ", JOINED.sub("", value), flags=re.DOTALL).split())


def test_every_class_in_a_template_has_its_style() -> None:
    found = {
        f"{template}: the class {name} has no style; `make styles` takes it over from Tabler,"
        f" and names that are ours begin with {OURS}"
        for template, value in attributes()
        for name in names_in(value) - styled()
        if not name.startswith(OURS)
    }
    assert not found, "\n".join(sorted(found))


def test_names_of_tabler_are_not_put_together() -> None:
    """Nobody would find them, so they would be taken out."""
    found = {
        f"{template}: write the class {part}... in full"
        for template, value in attributes()
        for part in JOINED.findall(value)
        if not part.startswith(OURS)
    }
    assert not found, "\n".join(sorted(found))


def test_the_style_sheet_is_what_the_command_makes(tmp_path: Path) -> None:
    if not (PEER / "node_modules" / "purgecss").exists():
        give_up("PurgeCSS is not installed; `make styles` installs it")
    made = tmp_path / "tabler.css"
    subprocess.run([require("node"), str(PEER / "trim.mjs"), str(made)], check=True)
    assert made.read_text() == TRIMMED.read_text(), "`make styles` writes another style sheet"
