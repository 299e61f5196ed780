"""Tokens to sign in with (OAuth 2.0, RFC 6749), each kept until shortly before its end."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from dataclasses import dataclass, field
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from sendout.core.providers.reach import down

EARLY = 60.0  # seconds before its end that a token is replaced; at most half of its life
LIFE = 3600.0  # seconds that a token holds whose server does not say
LONGEST = 65_536  # bytes of an answer
_TOKEN = re.compile(r"[\x21-\x7e]{1,8000}")  # RFC 6750 section 2.1, and nothing that breaks out
_REMEDIES = {
    "invalid_grant": "the permission was withdrawn or has ended; give a new refresh_token",
    "invalid_client": "check client_id and client_secret",
    "unauthorized_client": "this registration may not do that; check it at the provider",
    "invalid_scope": "check scope",
}


@dataclass(frozen=True, slots=True)
class Permission:
    """What we may ask tokens with. Without a refresh token it is that of the client itself.

    ca_file: further certificates to trust, "" for none.
    """

    token_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    ca_file: str = ""

    def form(self) -> bytes:
        """Give what is posted (RFC 6749 sections 4.4 and 6)."""
        fields = {
            "grant_type": "refresh_token" if self.refresh_token else "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            "scope": self.scope,
        }
        return urlencode({name: value for name, value in fields.items() if value}).encode()


class TokenSource:
    """Gives a token that holds; asks for a new one where needed, one request at a time."""

    def __init__(self, permission: Permission, wait: float) -> None:
        """Wait: seconds for the answer to a request, at most."""
        self.kept = ""
        self._permission = permission
        self._wait = wait
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def token(self, instead_of: str = "") -> str:
        """Give a token that holds, and is another than the one that was refused.

        Raises SenderDown in plain words.
        """
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if not self.kept or self.kept == instead_of or now >= self._until:
                self.kept, life = await asyncio.to_thread(ask, self._permission, self._wait)
                self._until = now + life - min(EARLY, life / 2)
            return self.kept


def is_safe(url: str) -> bool:
    """Tell whether secrets may be sent there: encrypted, or on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and near))


def ask(permission: Permission, wait: float) -> tuple[str, float]:
    """Ask for a token; gives it with the seconds it holds. Blocks. Raises SenderDown."""
    where = urlsplit(permission.token_url).hostname or ""
    request = Request(  # noqa: S310 - only what is_safe
        permission.token_url, permission.form(), {"Accept": "application/json"}
    )
    try:
        with urlopen(request, timeout=wait, context=_context(permission.ca_file)) as answer:  # noqa: S310
            return _read(answer.read(LONGEST), where)
    except HTTPError as error:
        with error:
            raise down("login", f"{where} gave no token: {_refusal(error)}") from None
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise down(
            "login", f"the token server {where} cannot be reached: {_words(reason)}"
        ) from None


def _context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def _read(body: bytes, where: str) -> tuple[str, float]:
    try:
        said = json.loads(body)
        token, life = str(said["access_token"]), float(said.get("expires_in") or LIFE)
    except (ValueError, KeyError, TypeError, AttributeError):
        token, life = "", 0.0
    if not _TOKEN.fullmatch(token) or not life > 0:
        raise down("login", f"what {where} answered is no token; check token_url")
    return token, life


def _refusal(error: HTTPError) -> str:
    """Say a refusal (RFC 6749 section 5.2) with its remedy."""
    try:
        said = json.loads(error.read(LONGEST))
        name, more = str(said["error"]), str(said.get("error_description") or "")
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        return f"it answered {error.code}; check token_url"
    words = " ".join(f"{name}: {more}".split()).strip(" :")[:300]
    return f"{words}; {_REMEDIES[name]}" if name in _REMEDIES else words


def _words(reason: object) -> str:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({reason.verify_message})"
    if isinstance(reason, TimeoutError):
        return "it does not answer"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror.lower()
    return str(reason)
