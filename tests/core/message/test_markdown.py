"""HTML written as Markdown says the same when it is read again."""

from __future__ import annotations

import pytest

from sendout.compose.markup import from_markdown
from sendout.core.message.markdown import markdown_of


@pytest.mark.parametrize(
    "markdown",
    [
        "# News {{ first_name|there }}",
        "Hello **you**, *them* and ~~us~~\nnext line",
        "- a\n- b\n  - c\n  - d\n- e",
        "1. one\n2. two",
        "> quoted\n>\n> twice",
        "![The pool](https://x.example/a.png)",
        "[here](https://x.example/?a=1&b=2) {{ Child }}",
        "1\\. not a list, \\*not strong\\*, a\\_b, \\<p>, \\# no heading",
        "a\n\n---\n\nb",
    ],
)
def test_markdown_comes_back_from_its_html(markdown: str) -> None:
    html = from_markdown(markdown)
    assert from_markdown(markdown_of(html)) == html
