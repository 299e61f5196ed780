"""The French catalogue keeps every value of a sentence, and is compiled as it is written."""

from __future__ import annotations

import ast
import re

import polib
import pytest

from tests.catalogue.__main__ import PATTERNS, PO, compiled, patterns, said
from tests.catalogue.extracting import Message, messages, of_python, of_template
from tests.catalogue.lower import of_lower_rooms
from tests.laws.sources import modules

GAPS = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
MEND = "run `make words` and commit what it writes (docs/translate.md)"
# Before these French wants a space that does not break; after « and before » as well.
LOOSE = re.compile(r" [:;!?»](?:\s|$)|« |[^\s\u202f]»")


def catalogue() -> polib.POFile:
    return polib.pofile(str(PO))


def test_every_message_is_in_french() -> None:
    known = {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue()}
    wanted = {(message.context, message.singular): message for message in messages()}
    lacking = [
        f"{english!r} ({', '.join(sorted(message.places))})"
        for (context, english), message in wanted.items()
        if (entry := known.get((context, english))) is None or not all(said(entry))
    ]
    assert not lacking, f"{MEND}; no French yet for:\n" + "\n".join(lacking)


def test_the_compiled_catalogue_is_the_written_one() -> None:
    assert PO.with_suffix(".mo").read_bytes() == compiled(catalogue()), MEND


def test_the_patterns_are_those_of_the_catalogue() -> None:
    assert PATTERNS.read_text() == patterns(catalogue()), MEND


def test_nothing_is_half_translated() -> None:
    assert not [entry.msgid for entry in catalogue() if entry.fuzzy or entry.obsolete]


def test_french_holds_the_values_of_the_english() -> None:
    wrong = []
    for entry in catalogue():
        english = [entry.msgid, entry.msgid_plural or entry.msgid]
        for own, theirs in zip(english, said(entry), strict=False):
            if theirs and sorted(GAPS.findall(own)) != sorted(GAPS.findall(theirs)):
                wrong.append(f"{own!r}: {theirs!r}")
    assert not wrong, "\n".join(wrong)


def test_french_marks_stand_with_spaces_that_do_not_break() -> None:
    wrong = [text for entry in catalogue() for text in said(entry) if LOOSE.search(text)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "Hello" %}', ("Hello", "", "")),
        ("{% include 'x' with title=_('Nobody') %}", ("Nobody", "", "")),
        ('{% translate "to" context "a person" %}', ("to", "", "a person")),
        (
            "{% blocktranslate trimmed count n=x %}\n {{ n }} row\n{% plural %}{{ n }} rows"
            "{% endblocktranslate %}",
            ("%(n)s row", "%(n)s rows", ""),
        ),
    ],
)
def test_the_law_reads_templates_as_django_does(source: str, found: tuple[str, str, str]) -> None:
    assert list(of_template(source)) == [found]


def test_the_law_reads_python_and_the_lower_rooms() -> None:
    money = modules()["sendout.core.money"]
    assert "“{}” is not an amount; write it like 0.0075" in set(of_lower_rooms(money))
    spoken = set(of_python(modules()["sendout.pages.settings.own"].tree))
    assert ("Your profile is saved.", "", "") in spoken
    assert any(isinstance(message, Message) and message.plural for message in messages())


def test_a_counted_sentence_is_found() -> None:
    tree = ast.parse('counted("%(n)s left", "%(n)s left", n)')
    assert list(of_python(tree)) == [("%(n)s left", "%(n)s left", "")]
