"""Every message that the product asks to have translated, from its templates and its Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.template.base import DebugLexer, Token, TokenType
from django.utils.text import smart_split
from django.utils.translation import trim_whitespace

from tests.catalogue.lower import of_lower_rooms
from tests.laws.sources import ROOT, modules

TEMPLATES = ROOT / "sendout" / "templates"
# By the name it is called by: which arguments are the context, the message and its plural.
CALLS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "counted": (None, 0, 1),  # of pages.wording
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
}
QUOTED = r"""(?:"[^"]*"|'[^']*')"""
IN_TAG = re.compile(rf"_\(({QUOTED})\)")
TRANSLATE = re.compile(rf"translate\s+({QUOTED})(?:.*?\bcontext\s+({QUOTED}))?", re.DOTALL)
BLOCK_CONTEXT = re.compile(rf"\bcontext\s+({QUOTED})")


@dataclass
class Message:
    """What is said, in English. context: tells apart what English says in one word."""

    singular: str
    plural: str = ""
    context: str = ""
    places: set[str] = field(default_factory=set)


Found = tuple[str, str, str]  # singular, plural, context


def messages() -> list[Message]:
    """Give every message once, with the files in which it stands, sorted."""
    known: dict[tuple[str, str], Message] = {}
    for place, (singular, plural, context) in _everywhere():
        message = known.setdefault((context, singular), Message(singular, plural, context))
        message.plural = message.plural or plural
        message.places.add(place)
    return [known[key] for key in sorted(known, key=lambda key: (key[1].casefold(), key))]


def _everywhere() -> Iterator[tuple[str, Found]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield from _placed(path, of_template(path.read_text()))
    for module in modules().values():
        yield from _placed(module.path, of_python(module.tree))
        yield from _placed(module.path, ((text, "", "") for text in of_lower_rooms(module)))


def _placed(path: Path, found: Iterable[Found]) -> Iterator[tuple[str, Found]]:
    return ((str(path.relative_to(ROOT)), each) for each in found)


def of_python(tree: ast.AST) -> Iterator[Found]:
    """Give the messages of a module; what is put together while it runs is none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from _of_call(node, CALLS.get(node.func.id))


def _of_call(node: ast.Call, places: tuple[int | None, int, int | None] | None) -> Iterator[Found]:
    if places is None:
        return
    context, singular, plural = (_constant(node, place) for place in places)
    if singular:
        yield singular, plural, context


def _constant(node: ast.Call, place: int | None) -> str:
    if place is None or place >= len(node.args):
        return ""
    argument = node.args[place]
    said = argument.value if isinstance(argument, ast.Constant) else ""
    return said if isinstance(said, str) else ""


def of_template(source: str) -> Iterator[Found]:
    """Give the messages of a template, as Django looks them up when it is shown."""
    tokens = iter(DebugLexer(source).tokenize())
    for token in tokens:
        if token.token_type not in (TokenType.BLOCK, TokenType.VAR):
            continue
        if token.contents.startswith("blocktranslate"):
            yield _of_block(token, tokens)
            continue
        for quoted in IN_TAG.findall(token.contents):
            yield _looked_up(quoted), "", ""
        if found := TRANSLATE.match(token.contents):
            yield _looked_up(found[1]), "", (found[2] or "")[1:-1]


def _of_block(opening: Token, following: Iterator[Token]) -> Found:
    parts: list[list[str]] = [[]]
    for token in following:
        if token.token_type == TokenType.BLOCK:
            if token.contents.strip() == "endblocktranslate":
                break
            parts.append([])
        elif token.token_type == TokenType.VAR:
            parts[-1].append(f"%({token.contents})s")
        else:
            parts[-1].append(token.contents.replace("%", "%%"))
    texts = ["".join(part) for part in parts]
    if "trimmed" in smart_split(opening.contents):
        texts = [trim_whitespace(text) for text in texts]
    context = BLOCK_CONTEXT.search(opening.contents)
    return texts[0], texts[1] if len(texts) > 1 else "", context[1][1:-1] if context else ""


def _looked_up(quoted: str) -> str:
    return quoted[1:-1].replace("%", "%%")
