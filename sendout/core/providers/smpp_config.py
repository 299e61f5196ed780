"""The settings of an SMPP sender, read from a form, a URL or a stored row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Self

from sendout.core.providers.base import Config
from sendout.core.providers.reach import check_authority
from sendout.core.providers.setting import BadConfig, Setting, read_all
from sendout.core.providers.smpp_parts import LONG

PORT, TLS_PORT = 2775, 3550  # registered for SMPP; usual for SMPP in TLS
SCHEMES: dict[str, Config] = {"smpp": {}, "smpps": {"tls": "implicit"}}
BY_ITSELF = -1
SETTINGS = (
    Setting("host", str, "name of the provider's SMPP server, such as smpp.example.org"),
    Setting("port", int, "its port; 0 takes 2775, with TLS 3550", 0),
    Setting("tls", str, "encryption: none, or implicit", "none", choices=("none", "implicit")),
    Setting("username", str, "the system_id that the provider gave you"),
    Setting("password", str, "the password to it", "", secret=True),
    Setting("system_type", str, "system_type, where the provider wants one", ""),
    Setting(
        "bind",
        str,
        "separate: texts and receipts on sessions of their own; transceiver: both on each",
        "separate",
        choices=("separate", "transceiver"),
    ),
    Setting("window", int, "texts on the way at once on each session, 1 to 200", 20),
    Setting(
        "long",
        str,
        "how parts of a long text are numbered: udh8, udh16 (a character less in each part), "
        "sar, or payload (the provider cuts)",
        "udh8",
        choices=LONG,
    ),
    Setting(
        "alphabet",
        str,
        "what the provider takes as data_coding 0: gsm, or latin1",
        "gsm",
        choices=("gsm", "latin1"),
    ),
    Setting(
        "ids",
        str,
        "how it writes ids in its answer and in its receipt: same, hex-decimal or decimal-hex",
        "same",
        choices=("same", "hex-decimal", "decimal-hex"),
    ),
    Setting("receipts", bool, "ask for a receipt for every text", True),
    Setting("reference", bool, "give our own number along (user_message_reference)", True),
    Setting(
        "bad_number_errors",
        str,
        "err codes in its receipts that mean: no such number, separated by commas",
        "",
    ),
    Setting("source_ton", int, "type of the from number; -1: by what it looks like", BY_ITSELF),
    Setting("source_npi", int, "plan of the from number; -1: by what it looks like", BY_ITSELF),
    Setting("enquire", float, "seconds of silence after which we ask whether it is there", 30.0),
    Setting("timeout", float, "seconds to wait for an answer", 30.0),
    Setting("verify", bool, "check the server's certificate", True),
    Setting("ca_file", str, "file with the certificates to trust, for a private authority", ""),
)


@dataclass(frozen=True, slots=True)
class SmppConfig:
    """How to reach and enter a provider; see SETTINGS for what each one means.

    Raises BadConfig.
    """

    host: str
    username: str
    password: str = field(default="", repr=False)
    port: int = 0
    tls: str = "none"
    system_type: str = ""
    bind: str = "separate"
    window: int = 20
    long: str = "udh8"
    alphabet: str = "gsm"
    ids: str = "same"
    receipts: bool = True
    reference: bool = True
    bad_number_errors: str = ""
    source_ton: int = BY_ITSELF
    source_npi: int = BY_ITSELF
    enquire: float = 30.0
    timeout: float = 30.0
    verify: bool = True
    ca_file: str = ""

    def __post_init__(self) -> None:
        """Fill in the usual port and refuse what cannot work."""
        if not self.host or re.search(r"[\s/@]", self.host):
            raise BadConfig("host is the name of an SMPP server, such as smpp.example.org.")
        if not self.port:
            object.__setattr__(self, "port", TLS_PORT if self.tls == "implicit" else PORT)
        if not 0 < self.port < 65_536:
            raise BadConfig(f"port is a number from 1 to 65535, not {self.port}.")
        self._check_names()
        if not 1 <= self.window <= 200:
            raise BadConfig(f"window is a number from 1 to 200, not {self.window}.")
        for name in ("source_ton", "source_npi"):
            if not BY_ITSELF <= getattr(self, name) <= 255:
                raise BadConfig(f"{name} is a number from 0 to 255, or -1.")
        for name in ("enquire", "timeout"):
            if not getattr(self, name) > 0:
                raise BadConfig(f"{name} is a number of seconds above 0.")
        check_authority(self.ca_file)

    def _check_names(self) -> None:
        """Section 4.1.1 has room for so many characters."""
        longest = {"username": 15, "password": 64, "system_type": 12}
        for name, most in longest.items():
            value = getattr(self, name)
            if len(value) > most or not (value.isascii() and value.isprintable()):
                raise BadConfig(f"{name} has at most {most} characters of plain ASCII.")

    @property
    def bad_numbers(self) -> frozenset[str]:
        """The err codes that mean that there is no such number, without zeros before them."""
        words = (word.strip().lstrip("0") for word in self.bad_number_errors.split(","))
        return frozenset(filter(None, words))

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Read settings by name. Raises BadConfig."""
        values: dict[str, Any] = dict(read_all(SETTINGS, config))
        return cls(**values)
