"""Enter a mailbox, whichever protocol it speaks."""

from __future__ import annotations

from sendout.core.mailboxes.config import MailboxConfig
from sendout.core.mailboxes.imap import Imap
from sendout.core.mailboxes.pop3 import Pop3
from sendout.core.mailboxes.session import Session


def enter(config: MailboxConfig) -> Session:
    """Connect and sign in; blocks. Raises MailboxTrouble in one sentence."""
    return Imap(config) if config.kind == "imap" else Pop3(config)
