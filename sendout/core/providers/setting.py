"""The settings a provider declares, from which the form and the command line are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from sendout.core.providers.base import Config

Value = str | int | bool | float

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}
_KINDS: dict[type, str] = {int: "a whole number", float: "a number", bool: "yes or no", str: "text"}


ACRONYMS = frozenset({"api", "ca", "dsn", "ehlo", "id", "npi", "sid", "tls", "ton", "url"})


class BadConfig(ValueError):
    """A sender cannot be set up like this; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. default: None when it must be given. secret: never shown again.

    when: (name, value) of the choice that it belongs to; without that it is not asked for.
    """

    name: str
    kind: type[str] | type[int] | type[bool] | type[float]
    help: str
    default: Value | None = None
    secret: bool = False
    choices: tuple[str, ...] = ()
    when: tuple[str, str] | None = None

    @property
    def label(self) -> str:
        """Its name as a form shows it: "api_key" is "API key"."""
        words = [w.upper() if w in ACRONYMS else w for w in self.name.split("_")]
        return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])

    def read(self, value: object) -> Value:
        """Turn what a form, a URL or a stored row holds into this kind. Raises BadConfig."""
        try:
            read = _read_bool(value) if self.kind is bool else self.kind(str(value).strip())
        except ValueError:
            shown = "what was given" if self.secret else f'"{value}"'
            raise BadConfig(f"{self.name} must be {_KINDS[self.kind]}, not {shown}.") from None
        if self.choices and read not in self.choices:
            raise BadConfig(f'{self.name} is one of {", ".join(self.choices)}, not "{read}".')
        return read


def _read_bool(value: object) -> bool:
    word = str(value).strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise ValueError(word)


def fitting(settings: Sequence[Setting], config: Config) -> list[Setting]:
    """Give the settings that belong to the choices made."""
    return [s for s in settings if s.when is None or config.get(s.when[0]) == s.when[1]]


def leading(settings: Sequence[Setting]) -> Setting | None:
    """Give the choice on which others depend, if there is one."""
    names = {setting.when[0] for setting in settings if setting.when}
    return next((setting for setting in settings if setting.name in names), None)


def read_all(settings: Sequence[Setting], config: Config) -> dict[str, Value]:
    """Give every setting that fits its value, with defaults. Raises BadConfig."""
    first = leading(settings)
    if first is not None and config.get(first.name):
        first.read(config[first.name])  # a choice that there is not would make all others unknown
    settings = fitting(settings, config)
    known = [setting.name for setting in settings]
    for name in config:
        if name not in known:
            raise BadConfig(f'there is no setting "{name}" here; there are {", ".join(known)}.')
    values: dict[str, Value] = {}
    for setting in settings:
        given = config.get(setting.name, "")
        if given not in ("", None):
            values[setting.name] = setting.read(given)
        elif setting.default is None:
            raise BadConfig(f"{setting.name} is missing: {setting.help}")
        else:
            values[setting.name] = setting.default
    return values


def read_url(url: str, schemes: Mapping[str, Config]) -> dict[str, Value]:
    """Read scheme://username:password@host:port/?setting=value. Raises BadConfig.

    schemes: those allowed, each with the settings it stands for. The URL is not repeated in
    errors, since it may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadConfig(
            f"the address of the sender cannot be read ({_without(url, error)}); "
            "characters like / # ? @ : in a password are written as %2F %23 %3F %40 %3A."
        ) from None
    if parts.scheme not in schemes:
        raise BadConfig(f"the address of the sender begins with {' or '.join(schemes)}:")
    config = dict(schemes[parts.scheme])
    for name, value in (("username", parts.username), ("password", parts.password)):
        if value:
            config[name] = unquote(value)
    if parts.hostname:
        config["host"] = parts.hostname
    if port is not None:
        config["port"] = port
    config.update(parse_qsl(parts.query))
    return config


def _without(url: str, error: ValueError) -> str:
    """Say a parser's error without the part of the URL it may quote."""
    return "the port is not a number" if "port" in str(error).lower() else "it is not well-formed"
