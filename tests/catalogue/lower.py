"""Sentences of the rooms below the pages: English there, translated where they are shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from sendout.core.providers.setting import Setting
from tests.laws.sources import Module

# Modules whose sentences people read on pages; all else below the pages is for logs and programs.
SPOKEN = re.compile(
    r"sendout\.("
    r"core\.(addresses|files|money|clocks|delivery\.status|bounces\.(diagnosis|wording)"
    r"|message\.(mending|template|blocks\.mending)|tracking\.(verdict|signs)"
    r"|dnscheck\.\w+|mailboxes\.(config|session)|table\.\w+|unsubscribes\.(shape|rows)"
    r"|providers\.(smtp_config|smpp_config|twilio|vonage|http_settings|http_description|near))"
    r"|accounts\.(members|invitations)|people\.(typed|importing|search)"
    r"|compose\.(editing|filing|markup|models)"
    r"|senders\.(pool|esp\.catalogue|warming|from_address|domains|reception|probe|vault|signing)"
    r"|suppression\.(entries|importing|choices)|usage\.(price_files|prices)"
    r"|sendouts\.(lifecycle|drafts|models)|returns\.entering"
    r"|deliveries\.(report|quiet|again|amending|limit|retries|counting)"
    r"|replies\.(answering|forwarding|relaying|acting))"
)
SENTENCE = re.compile(r"[a-zà-ÿ,:”)}] [a-zA-Z“({]")
ONE_WORD = re.compile(r"[A-Z][a-z]+( [a-z]+)*\.{0,3}")
# What looks like a sentence and is none: SQL, headers, expressions, lists of words of files.
NO_SENTENCE = re.compile(
    r"\b(SELECT|UPDATE|WHERE|FROM|WITH|NULL|AND|CASE|THEN|AS)\b|[|\\\x01\n]|%\(|%s"
    r"|^(fr fra|en eng|unsub|clean|email (status|permission|opt)|member rating|optin)\b"
    r"|^<[?]xml|^Channel, direction|Raises"
    r"|^(Authorization|Mapping|Table|Row|Body|From)$|DELIVRD|UNDELIV|ACCEPTD|iframe"
)
SETTINGS = {"Setting": 2, "_rate": 1}  # what makes one, and which argument is its help
SAID = (ast.Constant, ast.JoinedStr)
GAP = "{}"
LETTER = re.compile(r"[^\W\d_]")
FEWEST_LETTERS = 4


def of_lower_rooms(module: Module) -> Iterator[str]:
    """Give a module's sentences; what stands in the place of values is {}."""
    if SPOKEN.fullmatch(module.name):
        yield from _sentences(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from _of_setting(node.func.id, node.args)


def _of_setting(made_by: str, arguments: list[ast.expr]) -> Iterator[str]:
    """Give label and help of a setting that a provider declares, as forms show them."""
    if made_by not in SETTINGS:
        return
    texts = [pattern_of(each) if isinstance(each, SAID) else "" for each in arguments]
    name, help_ = texts[0], texts[SETTINGS[made_by]]
    if name and GAP not in name:
        yield Setting(f"{name}_rate" if made_by == "_rate" else name, str, "").label
    if help_:
        yield help_


def _sentences(node: ast.AST) -> Iterator[str]:
    body = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node):
        body.remove(node.body[0])
    for child in body:
        spoken = isinstance(child, ast.Constant) and not isinstance(node, ast.JoinedStr)
        if spoken or isinstance(child, ast.JoinedStr):
            yield from _sentence(child)
        yield from _sentences(child)


def _sentence(node: ast.Constant | ast.JoinedStr) -> Iterator[str]:
    text = pattern_of(node)
    if NO_SENTENCE.search(text) or len(LETTER.findall(text)) < FEWEST_LETTERS:
        return
    if SENTENCE.search(text) or ONE_WORD.fullmatch(text):
        yield text


def pattern_of(node: ast.Constant | ast.JoinedStr) -> str:
    """Write a text as it is translated: `{}` for each value."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return "".join(map(str, parts))
