"""The live counter in the browser says what the server says."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

import sendout
from sendout.core.message.gsm_plain import MARKS, Plain, plain
from sendout.core.message.sms import measure

MODULE = Path(sendout.__file__).parent / "static" / "sendout" / "sms-counter.js"
PIECES = [
    "a",
    "b" * 70,
    "c" * 150,
    "€",
    "[x]",
    "é",
    "ê",
    "’",
    "🏊",
    "👩‍👧",
    "🇨🇦",
    "👍🏽",
    "e\u0301",
    "\n",
    "\f",
    "\t",
    " ",
]
COUNT = """
const { measure } = await import(process.argv[1]);
const texts = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(texts.map(measure)));
"""


def texts() -> list[str]:
    dice = random.Random(8025)
    mixed = ["".join(dice.choices(PIECES, k=dice.randrange(12))) for _ in range(400)]
    edges = ["", "a" * 160, "a" * 161, "a" * 152 + "€" + "a" * 9, "ê" * 70, "ê" * 71, "🏊" * 67]
    return edges + mixed


PLAIN = """
const { plain } = await import(process.argv[1]);
const { texts, marks } = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(texts.map((text) => plain(text, "accents", marks))));
"""
FINE = [
    *"’“”«»–—…•œŒêÂçÇÀłđıñé€ aZ",
    "\u00a0",
    "\u202f",
    "\u200b",
    "« ",
    " »",
    "e\u0301",
    "🏊",
    "水",
]


@pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")
def test_browser_and_server_count_alike() -> None:
    told = subprocess.run(
        ["node", "--input-type=module", "--eval", COUNT, str(MODULE)],
        input=json.dumps(texts()),
        capture_output=True,
        text=True,
        check=True,
    )
    for text, counted in zip(texts(), json.loads(told.stdout), strict=True):
        found = measure(text)
        assert counted == {
            "encoding": found.encoding,
            "units": found.units,
            "segments": found.segments,
            "left": found.left_in_segment,
            "forcing": list(found.forcing),
        }, text


@pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")
def test_browser_and_server_make_plain_alike() -> None:
    dice = random.Random(355)
    fine = ["".join(dice.choices(FINE, k=dice.randrange(15))) for _ in range(500)]
    told = subprocess.run(
        ["node", "--input-type=module", "--eval", PLAIN, str(MODULE.with_name("sms-plain.js"))],
        input=json.dumps({"texts": fine, "marks": MARKS}),
        capture_output=True,
        text=True,
        check=True,
    )
    for text, made in zip(fine, json.loads(told.stdout), strict=True):
        ours, pairs = plain(text, Plain.ACCENTS)
        assert made == {"text": ours, "pairs": [list(pair) for pair in pairs]}, text
