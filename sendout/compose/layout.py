"""The frame of an email: the organisation's name above, who writes and the way out below.

Canada's, the United States' and the EU's law ask for the sender's postal address in every mass
email, and for a way to unsubscribe in marketing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection

import mrml
from django.template.loader import render_to_string

from sendout.accounts.models import Organisation
from sendout.compose.images import address_of, find_image
from sendout.compose.markup import inline_styles
from sendout.compose.models import Category, Image, LinkedFile
from sendout.core.files import size_words
from sendout.core.message.blocks.mjml import Sections, Shown
from sendout.core.message.colours import readable, words_on
from sendout.core.message.template import fields, parse

UNSUBSCRIBE = "unsubscribe_url"
FILES = "files_url"  # what the addresses of the files begin with, for one recipient

# What a recipient reads below the message: why, and the words of the link. {} is the organisation.
FOOTERS = {
    ("en", Category.OPERATIONAL): (
        "You receive this because you or your child takes part in activities of {}.",
        "Choose what you receive",
    ),
    ("en", Category.MARKETING): (
        "You receive this because you agreed to receive news from {}.",
        "Unsubscribe or choose what you receive",
    ),
    ("fr", Category.OPERATIONAL): (
        "Vous recevez ce message parce que vous ou votre enfant participez aux activités de {}.",
        "Choisir ce que je reçois",
    ),
    ("fr", Category.MARKETING): (
        "Vous recevez ce message parce que vous avez accepté de recevoir des nouvelles de {}.",
        "Se désabonner ou choisir ce que je reçois",
    ),
}

# What stands above the list of files, and below it. {} is a number of days.
FILE_WORDS = {
    "en": ("Files", "You can download them for {} days."),
    "fr": ("Fichiers", "Vous pouvez les télécharger pendant {} jours."),
}

BODY_STYLES = """
h1, h2, h3 { color: #16324f; line-height: 1.3; }
h1 { margin: 0 0 16px; font-size: 26px; }
h2 { margin: 24px 0 12px; font-size: 20px; }
h3 { margin: 20px 0 8px; font-size: 17px; }
p { margin: 0 0 16px; }
ul, ol { margin: 0 0 16px; padding-left: 24px; }
li { margin: 0 0 6px; }
img { max-width: 100%; height: auto; border: 0; }
blockquote { margin: 0 0 16px; padding: 0 16px; border-left: 4px solid #d5dde6; }
blockquote p { margin: 0 0 8px; }
hr { margin: 24px 0; border: 0; border-top: 1px solid #d5dde6; }
th, td { padding: 6px 10px; text-align: left; vertical-align: top; }
th { border-bottom: 2px solid #d5dde6; }
pre { margin: 0 0 16px; white-space: pre-wrap; }
"""
# For readers whose screen is dark. What brings styles of its own stays as its author saw it.
DARK_RULES = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  body, .so-page { background-color: #12171d !important; }
  .so-card, .so-card > table { background: #1c242d !important; }
  .so-text div, .so-text h1, .so-text h2, .so-text h3, .so-text p, .so-text li, .so-text td,
  .so-text strong, .so-text img { color: #e4e9ef !important; }
  .so-text div a { color: #8fcdf2 !important; }
  .so-foot div, .so-foot a { color: #a9b5c1 !important; }
  .so-logo img { color: #14202b !important; }
}
"""
# Where two columns stand below one another, below the width at which MJML parts them.
NARROW_RULES = """
@media only screen and (max-width: 479px) {
  .so-side > table > tbody > tr > td { padding: 0 !important; }
}
"""
TALLEST_LOGO, WIDEST_LOGO = 64, 240  # pixels


def wrap(
    body: str,
    organisation: Organisation,
    category: str,
    language: str = "",
    written: str = "",
    *,
    dark: bool = True,
) -> str:
    """Put an HTML fragment into the responsive layout.

    language: the recipient's, for what stands around; written: that of the fragment; both the
    organisation's, if not given. dark: whether it may be shown light on dark, which asks for it to
    have no colours of its own.
    """
    plain = Sections.of_html(body)
    return frame(plain, organisation, category, language, written, dark=dark)


def frame(
    sections: Sections,
    organisation: Organisation,
    category: str,
    language: str = "",
    written: str = "",
    *,
    dark: bool = True,
) -> str:
    """Put what is made of sections into the responsive layout; the rest is as for `wrap`."""
    said = around(organisation, category, language, written) | {
        "sections": sections.mjml,
        "colour": organisation.colour,
        "colour_of_words": words_on(organisation.colour),
        "logo": _logo(organisation),
        "narrow_rules": NARROW_RULES,
        "dark_rules": DARK_RULES if dark else "",
    }
    page: str = mrml.to_html(render_to_string("email/layout.mjml", said)).content
    styles = f"{BODY_STYLES}\na {{ color: {readable(organisation.colour)}; }}"
    return sections.put(page, lambda html: inline_styles(html, styles))


def _logo(organisation: Organisation) -> Shown | None:
    logo = logo_of(organisation)
    return Shown(address_of(logo[0]), logo[1]) if logo else None


def logo_of(organisation: Organisation) -> tuple[Image, int] | None:
    """Give the logo and the width, in pixels, at which it stands above an email."""
    image = find_image(organisation, organisation.logo) if organisation.logo else None
    if image is None:
        return None
    scale = min(1, TALLEST_LOGO / image.height, WIDEST_LOGO / image.width)
    return image, max(1, round(image.width * scale))


def complete(
    document: str, organisation: Organisation, category: str, language: str = "", written: str = ""
) -> str:
    """Add to a whole document what the law asks for, where its author left it out."""
    said = around(organisation, category, language, written)
    said["has_link"] = UNSUBSCRIBE in fields(parse(document, markup=True))
    said["has_address"] = _has_words(document, organisation.postal_address)
    if said["has_link"] and said["has_address"]:
        return document
    return add_before_end(document, render_to_string("email/footer.html", said))


def complete_text(text: str, organisation: Organisation, category: str, language: str = "") -> str:
    """Add to a plain-text part what the law asks for, where its author left it out."""
    said = around(organisation, category, language)
    lines = [str(said["reason"])]
    if not _has_words(text, organisation.postal_address):
        lines.append(f"{said['name']}, {said['address']}")
        lines += [str(said["contact"])] if said["contact"] else []
    if UNSUBSCRIBE not in fields(parse(text)):
        lines.append(f"{said['link_words']}: {said['link']}")
    if len(lines) == 1:
        return text.strip()
    return "\n".join([text.strip(), "", "-- ", *lines])


def file_list(files: Collection[LinkedFile], language: str) -> str:
    """Give the list of these files, which go along as links; nothing where none do."""
    if not files:
        return ""
    title, note = FILE_WORDS[language]
    shown = [
        {
            "name": _plain(linked.name),
            "address": f"{{{{ {FILES} }}}}{linked.pk}/",
            "size": size_words(linked.file.size),
        }
        for linked in files
    ]
    days = min(linked.days for linked in files)
    said = {"title": title, "note": note.format(days), "files": shown}
    return render_to_string("email/files.html", said)


def add_before_end(document: str, piece: str) -> str:
    """Put a piece at the end of the body of a whole document."""
    end = document.lower().rfind("</body")
    return document[:end] + piece + document[end:] if end >= 0 else document + piece


def around(
    organisation: Organisation, category: str, language: str = "", written: str = ""
) -> dict[str, object]:
    """Name what stands around every email: who writes, why, and the way out.

    language: of these words; written: of the email itself; both the organisation's, if not given.
    words_language: that of the words where it is another one than that of the email.
    """
    spoken = language or organisation.language
    reason, words = FOOTERS[spoken, Category(category)]
    name = _plain(organisation.name)
    return {
        "name": name,
        "address": _plain(organisation.postal_address),
        "contact": _plain(organisation.contact),
        "language": (own := written or organisation.language),
        "words_language": spoken if spoken != own else "",
        "reason": reason.format(name),
        "link": f"{{{{ {UNSUBSCRIBE} }}}}",
        "link_words": words,
    }


def _plain(words: str) -> str:
    """Break braces apart: what an organisation is called holds no merge fields."""
    return words.replace("{{", "{ {")


def _has_words(document: str, words: str) -> bool:
    """Tell whether the document says these words, however they are spaced."""
    plain = html.unescape(re.sub(r"<[^>]*>", " ", document))
    return " ".join(words.split()).casefold() in " ".join(plain.split()).casefold()
