"""The email services, and what each wants to know: Anymail's settings under Anymail's names.

https://anymail.dev/en/stable/esps/ explains each setting at length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sendout.core.providers.setting import Setting

CHOICE = "esp"


@dataclass(frozen=True, slots=True)
class Service:
    """One email service.

    module: of Anymail's backend and webhook. url: of its API; regions: where it has others.
    key: the setting that signs us in. signing: the setting with which its webhooks are checked
    beside the secret in their address; empty where the service does not sign.
    joint: messages that one call may carry. metadata, tags, tracking: what a call may say.
    """

    name: str
    label: str
    url: str
    key: str
    signing: str = ""
    regions: Mapping[str, str] | None = None
    joint: int = 1
    metadata: bool = True
    tracking: bool = True


_ALL = (
    Service(
        "amazon_ses",
        "Amazon SES",
        "",
        "secret_access_key",
        tracking=False,
    ),
    Service("brevo", "Brevo", "https://api.brevo.com/v3/", "api_key", tracking=False),
    Service(
        "mailersend",
        "MailerSend",
        "https://api.mailersend.com/v1/",
        "api_token",
        signing="signing_secret",
        metadata=False,
    ),
    Service(
        "mailgun",
        "Mailgun",
        "https://api.mailgun.net/v3/",
        "api_key",
        signing="webhook_signing_key",
        regions={"us": "https://api.mailgun.net/v3/", "eu": "https://api.eu.mailgun.net/v3/"},
    ),
    Service("mailjet", "Mailjet", "https://api.mailjet.com/v3.1/", "secret_key", joint=50),
    Service(
        "mandrill",
        "Mailchimp Transactional (Mandrill)",
        "https://mandrillapp.com/api/1.0/",
        "api_key",
        signing="webhook_key",
    ),
    Service("postmark", "Postmark", "https://api.postmarkapp.com/", "server_token", joint=500),
    Service(
        "resend",
        "Resend",
        "https://api.resend.com/",
        "api_key",
        signing="signing_secret",
        tracking=False,
    ),
    Service(
        "sendgrid",
        "SendGrid",
        "https://api.sendgrid.com/v3/",
        "api_key",
        signing="tracking_webhook_verification_key",
        regions={"us": "https://api.sendgrid.com/v3/", "eu": "https://api.eu.sendgrid.com/v3/"},
    ),
    Service(
        "sparkpost",
        "SparkPost",
        "https://api.sparkpost.com/api/v1/",
        "api_key",
        regions={
            "us": "https://api.sparkpost.com/api/v1/",
            "eu": "https://api.eu.sparkpost.com/api/v1/",
        },
    ),
)
SERVICES: Mapping[str, Service] = {service.name: service for service in _ALL}

# What each service asks for beside the address of its API.
_ASKED: Mapping[str, tuple[Setting, ...]] = {
    "amazon_ses": (
        Setting("access_key_id", str, "id of the access key, of an IAM user that may send"),
        Setting("secret_access_key", str, "the secret access key", secret=True),
        Setting("region_name", str, "region in which the domain is verified, such as eu-west-1"),
        Setting("configuration_set_name", str, "configuration set that publishes the events", ""),
    ),
    "brevo": (Setting("api_key", str, "API key (v3), under SMTP & API", secret=True),),
    "mailersend": (
        Setting("api_token", str, "API token of the domain", secret=True),
        Setting("signing_secret", str, "signing secret of the webhook", "", secret=True),
        Setting(
            "own_headers",
            bool,
            "whether your plan takes headers of one's own; without them the mail program shows "
            "no unsubscribe button",
            True,
        ),
    ),
    "mailgun": (
        Setting("api_key", str, "private API key, or a sending key of the domain", secret=True),
        Setting("sender_domain", str, "domain at Mailgun; empty: that of the from-address", ""),
        Setting("webhook_signing_key", str, "HTTP webhook signing key", "", secret=True),
    ),
    "mailjet": (
        Setting("api_key", str, "API key", secret=True),
        Setting("secret_key", str, "secret key that belongs to the API key", secret=True),
    ),
    "mandrill": (
        Setting("api_key", str, "API key", secret=True),
        Setting("webhook_key", str, "key of the webhook", "", secret=True),
    ),
    "postmark": (
        Setting("server_token", str, "server API token", secret=True),
        Setting("message_stream", str, "message stream, such as broadcast; empty: outbound", ""),
    ),
    "resend": (
        Setting("api_key", str, "API key", secret=True),
        Setting("signing_secret", str, "signing secret of the webhook, whsec_...", "", secret=True),
    ),
    "sendgrid": (
        Setting("api_key", str, "API key that may send mail", secret=True),
        Setting(
            "tracking_webhook_verification_key",
            str,
            "verification key of the signed event webhook",
            "",
            secret=True,
        ),
    ),
    "sparkpost": (
        Setting("api_key", str, "API key that may use transmissions", secret=True),
        Setting("subaccount", str, "number of a subaccount to send for", ""),
    ),
}


def _of(service: Service) -> list[Setting]:
    """Give all that is asked about one service."""
    asked = list(_ASKED[service.name])
    if service.regions:
        regions = tuple(service.regions)
        help_ = "where your account is"
        asked.append(Setting("region", str, help_, regions[0], choices=regions))
    help_ = "address of the API; empty for the service's own"
    asked.append(Setting("api_url", str, help_, ""))
    asked.append(Setting("timeout", float, "seconds to wait for an answer", 30.0))
    when = (CHOICE, service.name)
    return [Setting(s.name, s.kind, s.help, s.default, s.secret, s.choices, when) for s in asked]


SETTINGS: tuple[Setting, ...] = (
    Setting(CHOICE, str, "which email service", choices=tuple(SERVICES)),
    *(setting for service in _ALL for setting in _of(service)),
)
