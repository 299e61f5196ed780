"""What the pages' Python says to people can be translated, like the words of templates."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.catalogue.lower import pattern_of
from tests.laws.sources import modules

SENTENCE = re.compile(r"^[“{}\w][^<>=&]*[a-z}”,:] [a-z“{]")
LETTERS = re.compile(r"[^\W\d_]{2}")
ASKED = {
    "_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy", "counted", "said",
    "sentence",
}  # fmt: skip
# Reasons of 404, of access, and what is for developers.
NOT_SHOWN = {"Http404", "public", "compile", "get_or_create", "ImproperlyConfigured", "gauge"}
KEPT_IN_ENGLISH = {
    "signed in", "public: {}", "public, max-age=31536000, immutable",
    "Not sent", "No reason was given.",
}  # fmt: skip
SPOKEN_OTHERWISE = {
    "sendout.pages.outbox.mail": "a header",
    "sendout.pages.public.words": "recipients: both languages beside each other",
    "sendout.pages.public.recipient": "kept as evidence, in English",
    "sendout.pages.not_received.client_words": "clients: both languages beside each other",
    "sendout.pages.health.figures": "Prometheus",
    "sendout.pages.health.ready": "monitors",
    "sendout.pages.refusals": "requests that no page of ours sends",
}


def unmarked(tree: ast.AST) -> Iterator[str]:
    """Give the sentences of a module that no translator is asked for."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and _name(node) in ASKED | NOT_SHOWN:
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if isinstance(node, ast.Constant | ast.JoinedStr):
            text = pattern_of(node)
            if LETTERS.search(text) and SENTENCE.search(text) and text not in KEPT_IN_ENGLISH:
                yield f"line {node.lineno}: {text}"
            continue
        yield from unmarked(node)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def test_every_sentence_of_the_pages_is_marked() -> None:
    found = [
        f"{module.place}, {sentence}"
        for name, module in modules().items()
        if name.startswith("sendout.pages.") and name not in SPOKEN_OTHERWISE
        for sentence in unmarked(module.tree)
    ]
    assert not found, "put these through gettext (docs/translate.md):\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ('messages.success(request, f"“{name}” is saved.")', ["line 1: “{}” is saved."]),
        ('messages.success(request, _("It is saved."))', []),
        ('"""What this does."""\nraise Http404("No such group.")', []),
        ('render(request, "pages/x.html", {"a": f"{b}?c={d}"})', []),
    ],
)
def test_the_law_sees_a_sentence_that_is_not_marked(source: str, seen: list[str]) -> None:
    assert list(unmarked(ast.parse(source))) == seen
