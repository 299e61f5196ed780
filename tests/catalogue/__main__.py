"""Bring the catalogue up to date with the words of the product: `make words`."""

from __future__ import annotations

import json
import sys

import polib

from tests.catalogue.extracting import Message, messages
from tests.laws.sources import ROOT

PO = ROOT / "sendout" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
PATTERNS = ROOT / "sendout" / "locale" / "patterns.json"
HEADER = {
    "Project-Id-Version": "Sendout",
    "Language": "fr",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}


def updated(known: polib.POFile, wanted: list[Message]) -> polib.POFile:
    """Give the catalogue of exactly these messages, with the translations that are known."""
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = HEADER
    old = {(entry.msgctxt or "", entry.msgid): entry for entry in known}
    for message in wanted:
        catalogue.append(_entry(message, old.get((message.context, message.singular))))
    return catalogue


def _entry(message: Message, old: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.singular,
        msgctxt=message.context or None,
        occurrences=[(place, "") for place in sorted(message.places)],
        comment=old.comment if old else "",
        tcomment=old.tcomment if old else "",
    )
    if not message.plural:
        entry.msgstr = (old.msgstr or old.msgstr_plural.get(0, "")) if old else ""
        return entry
    entry.msgid_plural = message.plural
    known = dict(old.msgstr_plural) if old else {}
    entry.msgstr_plural = {n: known.get(n, "") for n in (0, 1)}
    return entry


def said(entry: polib.POEntry) -> list[str]:
    """Give the French of a message, of each of its numbers where it has several."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def untranslated(catalogue: polib.POFile) -> list[polib.POEntry]:
    """Give the messages that have no French yet."""
    return [entry for entry in catalogue if not all(said(entry))]


def compiled(catalogue: polib.POFile) -> bytes:
    """Give the catalogue as Python reads it; untranslated messages are left out."""
    return bytes(catalogue.to_binary())


def patterns(catalogue: polib.POFile) -> str:
    """Give the sentences of lower rooms that hold values, as `wording.said` reads them."""
    found = [entry.msgid for entry in catalogue if "{}" in entry.msgid]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """Write both files; 1 when words are missing, which are named."""
    known = polib.pofile(str(PO), wrapwidth=100) if PO.exists() else polib.POFile()
    catalogue = updated(known, messages())
    PO.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(PO))
    PO.with_suffix(".mo").write_bytes(compiled(polib.pofile(str(PO))))
    PATTERNS.write_text(patterns(catalogue))
    missing = untranslated(catalogue)
    for entry in missing:
        print(f"no French: {entry.msgid!r} ({', '.join(place for place, _ in entry.occurrences)})")
    print(f"{len(catalogue)} messages, {len(missing)} without French; write them into {PO.name}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
