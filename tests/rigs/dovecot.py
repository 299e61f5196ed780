"""A real Dovecot that serves one maildir by IMAP and POP3, with its own certificate.

with Dovecot({"bounces": "swim&skate"}) as server:
    server.deliver("bounces", b"Subject: ...")
    ... 127.0.0.1, server.imap, server.pop3, server.certificates.authority ...
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from pwd import getpwnam
from typing import Self

from tests.rigs import free_port, give_up, require
from tests.rigs.certificates import make_certificates

OWNER = "nobody"  # whose files the mails are
CONFIG = """\
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificates.certificate}
ssl_key = <{certificates.key}
auth_mechanisms = {mechanisms}
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u:LAYOUT=fs
maildir_stat_dirs = yes
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/passwords
}}
{tokens}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap_plain}
  }}
  inet_listener imaps {{
    port = {imap}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3_plain}
  }}
  inet_listener pop3s {{
    port = {pop3}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-reader {{
    mode = 0600
  }}
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""
TOKENS = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/tokens.conf
}}
"""
INTROSPECTION = """\
introspection_mode = post
introspection_url = {introspection}
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """Use it with `with`. introspection: where it asks whom a token is of, "" for none."""

    def __init__(self, passwords: Mapping[str, str], introspection: str = "") -> None:
        self.passwords = passwords
        self.introspection = introspection
        self.imap, self.imap_plain = free_port(), free_port()
        self.pop3, self.pop3_plain = free_port(), free_port()

    def __enter__(self) -> Self:
        """Start it; skips or fails the test where Dovecot is missing."""
        dovecot = require("dovecot")
        for service in ("imap", "pop3"):
            require(service)
        if os.geteuid() != 0:
            give_up("Dovecot can only be started by root")
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.folder.chmod(0o755)
        self._configure()
        config = str(self.folder / "dovecot.conf")
        self._process = subprocess.Popen([dovecot, "-F", "-c", config])
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it and remove what it wrote."""
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self.folder)

    def _configure(self) -> None:
        owner = getpwnam(OWNER)
        self.certificates = make_certificates(self.folder)
        values = {**vars(self), "uid": owner.pw_uid, "gid": owner.pw_gid}
        mechanisms, tokens = "plain login", ""
        if self.introspection:
            mechanisms, tokens = "plain login xoauth2 oauthbearer", TOKENS.format(**values)
            (self.folder / "tokens.conf").write_text(INTROSPECTION.format(**values))
        config = CONFIG.format(**values, mechanisms=mechanisms, tokens=tokens)
        (self.folder / "dovecot.conf").write_text(config)
        lines = (f"{user}:{{PLAIN}}{word}\n" for user, word in self.passwords.items())
        (self.folder / "passwords").write_text("".join(lines))
        (self.folder / "mail").mkdir()
        shutil.chown(self.folder / "mail", OWNER)

    def _wait(self) -> None:
        end = time.monotonic() + 15
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.pop3), 5).close()
            except OSError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise TimeoutError(self.log()) from None
                time.sleep(0.05)
            else:
                return

    def log(self) -> str:
        """Give all that it wrote to its log."""
        log = self.folder / "dovecot.log"
        return log.read_text() if log.exists() else ""

    def maildir(self, user: str) -> Path:
        """Give where a user's mails are, for a mail server that delivers into it."""
        place = self.folder / "mail" / user
        for name in ("", "cur", "new", "tmp"):
            (place / name).mkdir(exist_ok=True)
            shutil.chown(place / name, OWNER, getpwnam(OWNER).pw_gid)
        return place

    def deliver(self, user: str, *mails: bytes) -> None:
        """Put mails into a mailbox."""
        place = self.maildir(user)
        for number, mail in enumerate(mails):
            name = f"{time.time_ns()}.{number}.localhost"
            (place / "tmp" / name).write_bytes(mail)
            shutil.chown(place / "tmp" / name, OWNER)
            (place / "tmp" / name).rename(place / "new" / name)

    def mails(self, user: str) -> int:
        """Give how many mails are in a mailbox."""
        place = self.maildir(user)
        return sum(len(list((place / name).iterdir())) for name in ("cur", "new"))
