"""The live counter in the browser says what the server says."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

import sendout
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
