"""SMS counted by another library: the same encoding and segments for thousands of texts."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

from sendout.core.message.sms import Measure, measure
from tests.rigs import give_up, require

PEERS = Path(__file__).parents[2] / "peers"
LETTERS = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"
ACCENTS = "êâîôûçëïœŒÀÊ’‘“”–—…«»•\u00a0łšžășأهلا水プール"
SEEN_AS_ONE = [
    "🏊", "😀", "🎉", "🐟", "𝒮", "𠮷", "e\u0301", "a\u0302\u0323", "1\ufe0f\u20e3", "❤\ufe0f",
    "👍🏽", "🏊🏿", "🇨🇦", "🇫🇷", "👨\u200d👩\u200d👧\u200d👦", "👩🏾\u200d🚀", "🏊🏻\u200d♀\ufe0f",
]  # fmt: skip
EDGES = (*range(66, 73), *range(131, 139), *range(151, 163), *range(200, 203), *range(304, 309))


def texts() -> list[str]:
    dice = random.Random(3040)
    pools = [
        list(LETTERS),
        [*LETTERS, *EXTENSION * 3],
        [*"abc ", *EXTENSION],
        [*LETTERS, *ACCENTS],
        [*"abc ", *SEEN_AS_ONE],
        SEEN_AS_ONE,
        [*LETTERS, *EXTENSION, *ACCENTS, *SEEN_AS_ONE],
    ]
    mixed = ["".join(dice.choices(pool, k=k)) for pool in pools for k in EDGES for _ in range(15)]
    long = ["".join(dice.choices(pool, k=dice.randrange(1, 700))) for pool in pools * 100]
    # All but the last character plain, and that one where a part ends.
    ends = [
        opening * (edge - 1) + last
        for opening in "aê"
        for edge in EDGES
        for last in ["a", "€", "ê", *SEEN_AS_ONE]
    ]
    return [*mixed, *long, *ends]


def count_by_peer(every: list[str]) -> list[tuple[str, int, int | None]]:
    if not (PEERS / "node_modules" / "sms-segments-calculator").is_dir():
        give_up("sms-segments-calculator is not installed; run npm ci in tests/peers")
    done = subprocess.run(
        [require("node"), str(PEERS / "count-segments.cjs")],
        input=json.dumps(every),
        capture_output=True,
        text=True,
        check=True,
    )
    return [tuple(counted) for counted in json.loads(done.stdout)]


def as_counted(found: Measure) -> tuple[str, int, int | None]:
    return found.encoding, found.segments, found.units if found.encoding == "GSM-7" else None


def test_another_library_counts_the_same() -> None:
    """An empty text is left out: it is one segment to them, and is never sent here."""
    every = texts()
    assert len(every) > 5_000
    differing = [
        (text, as_counted(measure(text)), theirs)
        for text, theirs in zip(every, count_by_peer(every), strict=True)
        if as_counted(measure(text)) != theirs
    ]
    assert differing == []
