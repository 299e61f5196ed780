"""From a mailbox's row to the mailbox, and back to the row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sendout.core.mailboxes.config import SETTINGS, MailboxConfig
from sendout.core.mailboxes.entering import enter
from sendout.core.mailboxes.session import MailboxTrouble, Session
from sendout.core.providers.setting import BadConfig, Value
from sendout.returns.models import Mailbox
from sendout.senders.vault import CannotUnseal, seal, unseal

PAUSE = timedelta(minutes=1)  # between two looks
LONGEST_PAUSE = timedelta(hours=1)  # a wrong password tried too often locks the mailbox

REMEDIES = {
    "connect": "Check host and port, and whether a firewall stands between.",
    "dns": "Check the spelling of the host.",
    "tls": "Check that the host is written as in its certificate, and the kind of encryption.",
    "login": "Check user name and password; some providers want an app password here, others "
    "must be told to permit IMAP or POP3.",
    "folder": "Check the name of the folder as the mail server writes it.",
}


def config_of(mailbox: Mailbox) -> MailboxConfig:
    """Give a mailbox's settings. Raises BadConfig, or CannotUnseal when no key fits."""
    return MailboxConfig.from_config(mailbox.kind, {**mailbox.config, **unseal(mailbox.secrets)})


def put_settings(mailbox: Mailbox, values: Mapping[str, Value]) -> None:
    """Put settings on the row, those that are secret encrypted; does not save. Raises BadConfig."""
    MailboxConfig.from_config(mailbox.kind, values)
    hidden = {setting.name for setting in SETTINGS[mailbox.kind] if setting.secret}
    mailbox.config = {name: value for name, value in values.items() if name not in hidden}
    mailbox.secrets = seal({name: value for name, value in values.items() if name in hidden})


def open_mailbox(mailbox: Mailbox) -> Session:
    """Connect and sign in; blocks. Raises MailboxTrouble."""
    try:
        return enter(config_of(mailbox))
    except (BadConfig, CannotUnseal) as error:
        raise MailboxTrouble("settings", str(error)) from None


def probe(mailbox: Mailbox) -> tuple[bool, str]:
    """Look into a mailbox now and take nothing; gives whether it works, and that in words."""
    try:
        session = open_mailbox(mailbox)
        waiting = session.count()
        session.close()
    except MailboxTrouble as trouble:
        return False, f"{trouble} {REMEDIES.get(trouble.code, '')}".strip()
    mails = {0: "There is no mail in it", 1: "There is one mail in it"}
    return True, f"It works. {mails.get(waiting, f'There are {waiting:,} mails in it')} now."


def note_success(mailbox: Mailbox, now: datetime) -> None:
    """Note that a look went well."""
    Mailbox.objects.filter(pk=mailbox.pk).update(
        looked_at=now, look_at=now + PAUSE, failures=0, down_reason=""
    )


def note_trouble(mailbox: Mailbox, trouble: MailboxTrouble, now: datetime) -> None:
    """Note why a look failed, and wait longer each time."""
    pause = min(PAUSE * 2 ** min(mailbox.failures, 10), LONGEST_PAUSE)
    Mailbox.objects.filter(pk=mailbox.pk).update(
        look_at=now + pause,
        failures=mailbox.failures + 1,
        down_reason=f"{trouble} {REMEDIES.get(trouble.code, '')}".strip(),
    )
