"""The SMS of a message, made ready once and filled in for each recipient."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sendout.core.message.gsm_plain import Plain, plain
from sendout.core.message.template import Template, escape_nothing, fields

_SAYS_STOP = re.compile(r"\b(?:STOP|ARR[EÊ]T)\b")


@dataclass(frozen=True, slots=True)
class CompiledSms:
    """What an SMS says, with its slots still open.

    level: how far it is made plain when it is filled. closing: how to unsubscribe, by language
    with "" for any other; empty where that is not said. once: only who was not told before is.
    others: the same in other languages.
    """

    template: Template
    level: Plain
    closing: Mapping[str, str]
    once: bool = False
    others: Mapping[str, Template] = field(default_factory=dict)

    @property
    def templates(self) -> tuple[Template, ...]:
        """All that it says, to whomever."""
        return self.template, *self.others.values()

    @property
    def asked(self) -> set[str]:
        """The merge fields that are asked for, folded."""
        return set().union(*map(fields, self.templates))

    def fill(self, values: Mapping[str, str], language: str = "", *, told: bool = False) -> str:
        """Give one recipient's text, whole and as it leaves.

        values: by folded name. told: whether an earlier text said how to unsubscribe.
        """
        template = self.others.get(language, self.template)
        text = template.fill(values, escape_nothing)
        if self.closing and not (self.once and told) and not (self.others and says_stop(template)):
            text = closed(text, self.closing, language)
        return plain(text, self.level)[0]


def closed(text: str, closing: Mapping[str, str], language: str = "") -> str:
    """Put the closing words below a text, where there are any; "" is for any other language."""
    return f"{text}\n{closing.get(language) or closing['']}" if closing else text


def says_stop(template: Template) -> bool:
    """Tell whether its author wrote STOP into it, so that it need not be said again."""
    return any(_SAYS_STOP.search(constant) for constant in template.constants)
