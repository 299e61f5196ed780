"""Whether a server is on this machine or in our own network."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from sendout.core.providers.setting import BadConfig

LOCAL_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


def is_near(host: str) -> bool:
    """Tell whether a name or address means this machine or a private network (RFC 1918, 4193)."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(LOCAL_NAMES)
    return address.is_loopback or (address.is_private and not address.is_link_local)


def check_url(name: str, url: str) -> str:
    """Give the address of a service; what is secret goes in the clear to our own network alone.

    name: of the setting. Raises BadConfig.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise BadConfig(f"{name} is an address that begins with https://.")
    if parts.scheme == "http" and not is_near(host):
        raise BadConfig(f"{name} begins with https://: http:// is for your own network only.")
    return url
