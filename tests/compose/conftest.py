"""What the product makes of each way in which staff writes an email."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Pillow

from sendout.accounts.models import Organisation, User
from sendout.compose.images import file_name, store
from sendout.compose.models import Image, Message
from sendout.core.message.blocks.reading import read, write
from tests.compose.newsletter import newsletter

PASTED = Path(__file__).parents[3] / "shared" / "data" / "messages" / "newsletter.html"
WAYS = ("blocks", "markdown", "fragment", "document")
MARKDOWN = """# News of the pool

Hello **{{ first_name }}**, *read* [all of it](https://club.example/a) ~~or not~~.

- bring a towel
- bring a friend

1. come in
2. swim

> The water is warm.

| Day | Time |
|-----|------|
| Monday | 18:00 |

---

```
lane 1: beginners
```

`lane 2` ![The pool](https://club.example/pool.jpg)
"""
FRAGMENT = """<center><h2>Spring news</h2></center>
<table width="100%" cellpadding="8" bgcolor="#eef6fb"><tr><td align="left">Register <a
href="https://club.example/a">here</a></td><td><font color="#0b3d66">from Monday</font></td></tr>
</table><p style="color:#3c4858;margin:0 0 8px">See you, {{ first_name }}.</p>
<img src="https://club.example/pool.jpg" alt="The pool" width="300">"""
DOCUMENT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>News</title><style>
td { padding: 12px 24px; color: #3c4858 } @media (max-width: 480px) { td { padding: 8px } }
</style></head><body style="margin:0"><table role="presentation" width="600"><tr><td>
<p>Hello {{ first_name }}</p><img src="https://club.example/pool.jpg" alt="The pool" width="552">
</td></tr></table></body></html>"""


@pytest.fixture
def picture(club: Organisation, alice: User) -> Image:
    out = BytesIO()
    Pillow.new("RGB", (900, 300), "#3a7").save(out, "JPEG")
    return store(club, out.getvalue(), alice)


@pytest.fixture
def message(club: Organisation, picture: Image) -> Message:
    """A newsletter of every kind of block."""
    blocks = write(read(newsletter(file_name(picture))))
    return Message.objects.create(
        organisation=club, subject="Spring", body_format="blocks", blocks=blocks
    )


@pytest.fixture
def written(club: Organisation, message: Message) -> Callable[[str], Message]:
    """Give an email written in one of WAYS."""

    def make(way: str) -> Message:
        bodies = {"markdown": MARKDOWN, "fragment": FRAGMENT, "document": DOCUMENT}
        bodies["pasted"] = PASTED.read_text() if way == "pasted" else ""
        if way == "blocks":
            return message
        return Message(
            organisation=club,
            subject="Spring",
            body=bodies[way],
            body_format="markdown" if way == "markdown" else "html",
        )

    return make
