"""Drawing the fields of forms: what Django's templates for them give, without the templates.

A list of choices takes Django three templates for each of them, and a form was the largest part of
the pages that have one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.template.base import render_value_in_context
from django.template.context import Context
from django.utils.html import escape
from django.utils.safestring import SafeData

Widget = Mapping[str, Any]
Draw = Callable[[Widget], str]

PLACE = "django/forms/widgets/"
INPUTS = (
    "checkbox",
    "color",
    "date",
    "datetime",
    "email",
    "file",
    "hidden",
    "input",
    "number",
    "password",
    "search",
    "tel",
    "text",
    "time",
    "url",
)
_PLAIN = Context()  # escapes, and writes numbers and times as pages do


class Renderer(DjangoTemplates):
    """Draws what it knows; anything else has its template, as ever."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        """Give the HTML of a field, or of whatever else this template is for."""
        draw = DRAWN.get(template_name)
        if draw is None or (widget := context.get("widget")) is None or not known(widget):
            return str(super().render(template_name, context, request))
        return draw(widget).strip()


def known(widget: Widget) -> bool:
    """Tell whether all of its choices are drawn here, too."""
    groups = widget.get("optgroups", ())
    return all(each["template_name"] in DRAWN for _, options, _ in groups for each in options)


def as_text(value: Any) -> str:
    """Write it as Python does, escaped."""
    text = str(value)
    return text if isinstance(value, SafeData) else escape(text)


def shown(value: Any) -> str:
    """Write it as a template does: in the words and with the marks of the page's language."""
    return escape(value) if type(value) is str else str(render_value_in_context(value, _PLAIN))


def attributes(widget: Widget) -> str:
    """Write the attributes behind the name."""
    return "".join(
        f" {shown(name)}" if value is True else f' {shown(name)}="{as_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def draw_input(widget: Widget) -> str:
    """Draw a field of one line, a box, or one of several choices without its words."""
    value = widget["value"]
    said = "" if value is None else f' value="{as_text(value)}"'
    kind, name = shown(widget["type"]), shown(widget["name"])
    return f'<input type="{kind}" name="{name}"{said}{attributes(widget)}>\n'


def draw_input_option(widget: Widget) -> str:
    """Draw one of several choices with its words."""
    field = draw_input(widget)
    if not widget.get("wrap_label"):
        return f"{field}\n\n"
    id_ = widget["attrs"].get("id")
    to = f' for="{shown(id_)}"' if id_ else ""
    return f"<label{to}>{field} {shown(widget['label'])}</label>\n\n"


def draw_multiple_input(widget: Widget) -> str:
    """Draw choices that all are seen."""
    attrs = widget["attrs"]
    id_ = f' id="{shown(attrs["id"])}"' if attrs.get("id") else ""
    class_ = f' class="{shown(attrs["class"])}"' if attrs.get("class") else ""
    parts = [f"<div{id_}{class_}>"]
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f"\n  <div><label>{shown(group)}</label>")
        parts += [f"<div>\n    {DRAWN[each['template_name']](each)}</div>" for each in options]
        if group:
            parts.append("\n  </div>")
    return "".join((*parts, "\n</div>"))


def draw_select(widget: Widget) -> str:
    """Draw choices of which one is seen."""
    parts = [f'<select name="{shown(widget["name"])}"{attributes(widget)}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{shown(group)}">')
        parts += [f"\n  {DRAWN[each['template_name']](each)}" for each in options]
        if group:
            parts.append("\n  </optgroup>")
    return "".join((*parts, "\n</select>"))


def draw_select_option(widget: Widget) -> str:
    """Draw one of the choices of a `select`."""
    value = as_text(widget["value"])
    return f'<option value="{value}"{attributes(widget)}>{shown(widget["label"])}</option>\n'


def draw_textarea(widget: Widget) -> str:
    """Draw a field of several lines."""
    text = shown(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{shown(widget["name"])}"{attributes(widget)}>\n{text}</textarea>'


DRAWN: dict[str, Draw] = {
    **{f"{PLACE}{name}.html": draw_input for name in INPUTS},
    **{f"{PLACE}{name}_option.html": draw_input_option for name in ("checkbox", "radio")},
    **{f"{PLACE}{name}.html": draw_multiple_input for name in ("checkbox_select", "radio")},
    f"{PLACE}multiple_input.html": draw_multiple_input,
    f"{PLACE}select.html": draw_select,
    f"{PLACE}select_option.html": draw_select_option,
    f"{PLACE}textarea.html": draw_textarea,
}
