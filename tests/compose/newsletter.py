"""One newsletter made of every kind of block, for whoever tests what becomes of it."""

from __future__ import annotations

from typing import Any


def newsletter(picture: str) -> list[dict[str, Any]]:
    """Give its blocks. picture: the source of its pictures."""
    return [
        {"id": "h", "kind": "heading", "text": "Spring is here, {{ first_name|friend }}"},
        {
            "id": "t",
            "kind": "text",
            "html": "<p>The <strong>pool</strong> opens. Read <a href='https://club.example/a'>"
            "all of it</a>.</p><ul><li>bring {{ Child }}</li><li>bring a towel</li></ul>",
        },
        {"id": "i", "kind": "image", "source": picture, "alt": "The pool", "link": "club.example"},
        {"id": "b", "kind": "button", "label": "Register", "link": "https://club.example/?a=1&b=2"},
        {
            "id": "c",
            "kind": "columns",
            "left": [{"id": "l", "kind": "text", "html": "<p>To the left</p>"}],
            "right": [
                {"id": "r", "kind": "heading", "text": "To the right", "level": 2},
                {"id": "o", "kind": "image", "source": picture, "decorative": True},
            ],
        },
        {"id": "d", "kind": "divider"},
        {
            "id": "e",
            "kind": "event",
            "title": "Open evening",
            "starts": "2027-03-14T18:00",
            "ends": "2027-03-14T19:30",
            "place": "12 Pool Street, Montréal",
            "note": "Bring a towel; and a friend,\nif you like",
        },
    ]
