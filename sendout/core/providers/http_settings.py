"""What is asked about a gateway: little where it ships in `gateways.toml`, all about another."""

from __future__ import annotations

from sendout.core.providers.http_connection import TIMEOUT
from sendout.core.providers.http_description import Description, presets
from sendout.core.providers.setting import Setting, Value

CHOICE, OTHER = "gateway", "other"

ASKED = {
    "username": Setting("username", str, "user name, where the gateway wants one", ""),
    "password": Setting("password", str, "its password", "", secret=True),
    "secret": Setting("secret", str, "a key or token, for the slot {secret}", "", secret=True),
    "signing_key": Setting(
        "signing_key", str, "key with which the gateway signs its calls", "", secret=True
    ),
}
ENDS = (Setting("ca_file", str, "file with the gateway's own authority", ""), TIMEOUT)
URL = Setting("api_url", str, "address to which messages are handed over; slots are allowed")

_SENT = ("label", "fields", "headers")  # what comes before the account
_ON_FIELDS = (
    ("label", "what the staff calls it", "SMS gateway"),
    ("fields", 'what is sent, as JSON: {"to": "{to}", "text": "{text}"}', None),
    ("headers", 'headers, as JSON: {"Authorization": "Bearer {secret}"}', ""),
    ("taken", "HTTP statuses that say that it was taken", "200-299"),
    ("taken_words", "expression that the answer must match besides", ""),
    ("reference", "where the gateway's id is in the answer: a path, or an expression", ""),
    ("number_words", "expression in an answer that blames the number", ""),
    ("busy_words", "expression in an answer that asks to come again", ""),
    ("login_words", "expression in an answer that refuses our sign-in", ""),
    ("signature_header", "header with the HMAC-SHA256 of body and time", ""),
    ("signature_time_header", "header with that time", ""),
    ("receipt_name", "field of a receipt in which our {id} comes back", ""),
    ("receipt_reference", "field of a receipt with the gateway's id", ""),
    ("receipt_status", "field of a receipt with its status", "status"),
    ("delivered", "words of the status for delivered", "delivered DELIVRD"),
    ("failed", "words of the status for not delivered", "failed undelivered UNDELIV REJECTD"),
    ("passed", "words of the status for handed on", "sent accepted ACCEPTD"),
    ("bad_number", "words of status or code that blame the number", ""),
    ("receipt_code", "field of a receipt with a code", ""),
    ("receipt_text", "field of a receipt with a reason", ""),
    ("receipt_at", "field of a receipt with its time", ""),
    ("reply_from", "field of a text that came in: from whom", "from"),
    ("reply_to", "field of a text that came in: to which number", "to"),
    ("reply_text", "field of a text that came in: its words", "text"),
    ("reply_charset", "field of a text that came in: its encoding", ""),
    ("reply_id", "field of a text that came in: its id", ""),
    ("reply_at", "field of a text that came in: its time", ""),
)  # fmt: skip


def _when(setting: Setting, gateway: str, default: Value | None = None) -> Setting:
    value = setting.default if default is None else default
    return Setting(
        setting.name,
        setting.kind,
        setting.help,
        value,
        setting.secret,
        setting.choices,
        (CHOICE, gateway),
    )


def _of_preset(name: str, preset: Description) -> list[Setting]:
    asked = [ASKED[each] for each in preset.asks]
    return [_when(URL, name, preset.api_url), *(_when(s, name) for s in (*asked, *ENDS))]


def _of_own() -> list[Setting]:
    method = Setting("method", str, "how it is asked", "POST", choices=("POST", "GET", "PUT"))
    sends = Setting(
        "sends",
        str,
        "where the fields go: a form, JSON, or the address",
        "form",
        choices=("form", "json", "query"),
    )
    told = [Setting(name, str, help_, default) for name, help_, default in _ON_FIELDS]
    first, account = (
        told[: len(_SENT)],
        [ASKED[each] for each in ("username", "password", "secret")],
    )
    rest = [*told[len(_SENT) :], ASKED["signing_key"], *ENDS]
    return [_when(each, OTHER) for each in (URL, method, sends, *first, *account, *rest)]


SETTINGS: tuple[Setting, ...] = (
    Setting(CHOICE, str, "which gateway", choices=(*presets(), OTHER)),
    *(setting for name, preset in presets().items() for setting in _of_preset(name, preset)),
    *_of_own(),
)
