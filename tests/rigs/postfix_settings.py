"""What a private Postfix and its Dovecot are told: `main.cf`, `master.cf`, `dovecot.conf`."""

from __future__ import annotations

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
myhostname = postfix.test
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
notify_classes =
biff = no
enable_long_queue_ids = yes
smtp_dns_support_level = disabled
default_transport = discard
relay_transport = discard
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = texthash:{folder}/etc/mailboxes
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_mailbox_limit = 0
mailbox_size_limit = 0
message_size_limit = {size_limit}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 100000
smtpd_hard_error_limit = 100000
smtpd_client_connection_count_limit = 0
initial_destination_concurrency = 50
default_destination_concurrency_limit = 50
in_flow_delay = 0
"""
SECURE = """\
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {certificates.certificate}
smtpd_tls_key_file = {certificates.key}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
smtp      unix - - n - - smtp
lmtp      unix - - n - - lmtp
discard   unix - - n - - discard
virtual   unix - n n - 50 virtual
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""
SMTPS = """\
127.0.0.1:{tls_port} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
"""
DOVECOT = """\
base_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
protocols =
ssl = no
auth_mechanisms = {mechanisms}
disable_plaintext_auth = no
default_internal_user = dovecot
default_login_user = dovenull
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/etc/passwords
}}
{tokens}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
service auth {{
  unix_listener {folder}/queue/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
service stats {{
  unix_listener stats-reader {{
    mode = 0600
  }}
  unix_listener stats-writer {{
    mode = 0600
  }}
}}
"""
TOKENS = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/etc/tokens.conf
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


def settings(*texts: str) -> str:
    """Put texts for `main.cf` together; of one that is named twice the last is left.

    Postfix would take the last, too, but warns of each at the start of each of its programs. These
    warnings go to its own logger over a socket that holds ten of them (net.unix.max_dgram_qlen):
    the logger, starting last, waits for itself to read, and nothing ever answers.
    """
    found: dict[str, str] = {}
    name = ""
    for line in "".join(texts).splitlines():
        if not line.startswith((" ", "\t")):  # else it goes on
            name = line.partition("=")[0].strip()
            found[name] = ""
        found[name] += f"{line}\n"
    return "".join(found.values())


def end_of(text: str, lines: int = 40) -> str:
    """Give the last lines of a log."""
    return "\n".join(text.splitlines()[-lines:])
