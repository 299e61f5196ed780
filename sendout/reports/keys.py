"""The keys that sign reports: made at the first need, kept sealed, changed by adding another."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.reports.models import SigningKey
from sendout.senders.vault import seal

VALID = timedelta(days=3653)  # ten years: a report is looked at long after
LONGEST_NAME = 64  # of a common name, X.520
USES = dict.fromkeys(
    (
        "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
        "encipher_only", "decipher_only",
    ),
    False,
)  # fmt: skip


@transaction.atomic
def signing_key(organisation: Organisation) -> SigningKey:
    """Give the key that signs the organisation's reports, made when there is none yet."""
    Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    newest = keys_of(organisation).first()
    return newest or make_key(organisation)


def keys_of(organisation: Organisation) -> QuerySet[SigningKey]:
    """Give all keys of the organisation, the newest first."""
    return SigningKey.objects.filter(organisation=organisation).order_by("-pk")


def make_key(organisation: Organisation) -> SigningKey:
    """Make the key that signs from now on."""
    private = ec.generate_private_key(ec.SECP256R1())
    certificate = _certify(organisation, private, timezone.now())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SigningKey.objects.create(
        organisation=organisation,
        certificate=certificate.public_bytes(serialization.Encoding.PEM).decode(),
        sealed=seal({"key": pem.decode()}),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def _certify(
    organisation: Organisation, private: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.Certificate:
    """Sign the key with itself: that it is the organisation's is told by its fingerprint."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, organisation.name[:LONGEST_NAME]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Sendout reports"),
        ]
    )
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=private.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(minutes=5),
        not_valid_after=now + VALID,
    )
    usage = x509.KeyUsage(digital_signature=True, content_commitment=True, **USES)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    return builder.sign(private, hashes.SHA256())
