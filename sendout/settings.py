"""Every setting of Sendout, read from the environment once; `docs/settings.md` explains each."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
MOST_ATTACHED = 18_000_000  # bytes; encoded they fit into what Gmail takes, 25 MB
LOG_FORMATS = ("line", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")
URL_FILE = "url"  # in the data directory, while `sendout run` serves it
PACKAGE = Path(__file__).resolve().parent


def read_keys(data: Path, given: list[str]) -> list[str]:
    """Give the secret keys, newest first: those given, else the key file, made at first use."""
    if given:
        return given
    path = data / "keys"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
    return [line for line in path.read_text().split() if line]


def running_at(data: Path) -> str:
    """Give the address at which `sendout run` serves this data, or nothing."""
    try:
        return (data / URL_FILE).read_text().strip()
    except OSError:
        return ""


def one_of(given: str, name: str, choices: tuple[str, ...]) -> str:
    """Give the choice that was made, however it is capitalised; raises ImproperlyConfigured."""
    if given.lower() not in choices:
        raise ImproperlyConfigured(f"{name} is {given!r}; give one of {', '.join(choices)}")
    return given.lower()


def up_to(given: int, name: str, most: int) -> int:
    """Give a number that is not below zero nor too large; raises ImproperlyConfigured."""
    if not 0 <= given <= most:
        raise ImproperlyConfigured(f"{name} is {given}; give a number from 0 to {most}")
    return given


def derive(label: str) -> list[bytes]:
    """Give one 32-byte key for this use from each secret key, so that no key serves two uses."""
    return [hmac.new(key.encode(), label.encode(), hashlib.sha256).digest() for key in KEYS]


DATA = Path(env("SENDOUT_DATA", default=".data")).absolute()
DATABASE_URL = env("DATABASE_URL", default="")
URL = (env("SENDOUT_URL", default="") or running_at(DATA) or "http://127.0.0.1:8025").rstrip("/")
TRACKING_URL = env("SENDOUT_TRACKING_URL", default=URL).rstrip("/")
KEYS = read_keys(DATA, env.list("SENDOUT_KEYS", default=[]))
HOSTS = env.list("SENDOUT_HOSTS", default=[])
EMAIL_URL = env("SENDOUT_EMAIL_URL", default="consolemail://")
MAIL_FROM = env("SENDOUT_MAIL_FROM", default="Sendout <sendout@localhost>")
SIGNUP = env.bool("SENDOUT_SIGNUP", default=False)
FILE_BYTES = env.int("SENDOUT_FILE_BYTES", default=25_000_000)
ATTACHED_BYTES = up_to(
    env.int("SENDOUT_ATTACHED_BYTES", default=3_000_000), "SENDOUT_ATTACHED_BYTES", MOST_ATTACHED
)
IMPORT_BYTES = env.int("SENDOUT_IMPORT_BYTES", default=200_000_000)
CALENDARS_INSIDE = env.bool("SENDOUT_CALENDARS_INSIDE", default=False)
DNS_SERVERS = env.list("SENDOUT_DNS", default=[])
CHECK_LOOPBACK = env.bool("SENDOUT_CHECK_LOOPBACK", default=False)
RETURNS_DAYS = env.int("SENDOUT_RETURNS_DAYS", default=30)
LEASE_SECONDS = env.int("SENDOUT_LEASE_SECONDS", default=120)
METRICS_TOKEN = env("SENDOUT_METRICS_TOKEN", default="")
LOG_FORMAT = one_of(env("SENDOUT_LOG_FORMAT", default="line"), "SENDOUT_LOG_FORMAT", LOG_FORMATS)
LOG_LEVEL = one_of(env("SENDOUT_LOG_LEVEL", default="info"), "SENDOUT_LOG_LEVEL", LOG_LEVELS)

SECRET_KEY, *SECRET_KEY_FALLBACKS = [key.hex() for key in derive("django")]
TOKEN_KEYS = derive("tokens")
FIELD_KEYS = derive("fields")

DEBUG = False
_site = urlsplit(URL)
_secure = _site.scheme == "https"
_hosts = [_site.hostname or "localhost", urlsplit(TRACKING_URL).hostname or "localhost"]
ALLOWED_HOSTS = [*_hosts, "localhost", "127.0.0.1", "[::1]", *HOSTS]
CSRF_TRUSTED_ORIGINS = [URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "sendout.accounts",
    "sendout.people",
    "sendout.compose",
    "sendout.senders",
    "sendout.suppression",
    "sendout.usage",
    "sendout.sendouts",
    "sendout.returns",
    "sendout.timetable",
    "sendout.deliveries",
    "sendout.replies",
    "sendout.series",
    "sendout.reports",
    "sendout.inbound",
    "sendout.tracking",
    "sendout.pages",
]
MIDDLEWARE = [
    "sendout.tracking.web.answer_hits",
    "django.middleware.security.SecurityMiddleware",
    "sendout.pages.front_end.Files",
    "sendout.pages.front_end.Pages",
    "sendout.pages.refusals.refuse_floods",
    "sendout.pages.refusals.RefuseNul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sendout.pages.language.speak",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "sendout.urls"
WSGI_APPLICATION = "sendout.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "sendout.pages.templatetags.quick",
                "sendout.pages.templatetags.marks",
                "sendout.pages.templatetags.words",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "sendout.pages.drawing.Renderer"

DATABASES = {
    "default": {
        **env.db_url_config(DATABASE_URL or "postgres://postgres@127.0.0.1/sendout"),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "sendout.accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _secure
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

EMAIL_CONFIG = env.email_url_config(EMAIL_URL)
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = MAIL_FROM

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LANGUAGE_COOKIE_NAME = "sendout_language"
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "sendout.pages.front_end.Storage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0  # but for what is asked for by its version, see pages/front_end.py
WHITENOISE_IMMUTABLE_FILE_TEST = r"/vendor/[^/]+-\d"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "sendout.core.log_lines.Line"},
        "json": {"()": "sendout.core.log_lines.JsonLine"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "sendout": {"level": LOG_LEVEL.upper()},
        "django.request": {"level": "ERROR"},  # 4xx name addresses, and some of them are secret
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # whoever asks so gets a 400
    },
}
