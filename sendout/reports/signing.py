"""Sign a PDF, and say what a signature is worth (PAdES, ETSI EN 319 142, by pyHanko)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from asn1crypto import keys as asn1_keys
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sendout.reports.models import SigningKey
from sendout.senders.vault import unseal

FIELD = "Sendout"
CSV = "csv-sha256:"  # what the hash of the CSV follows in the keywords of the PDF


class NotAReport(Exception):
    """The file is not a signed report; the text is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found out about a report. unchanged: every byte is as it was signed.

    fingerprint: of the certificate that signed; signer: its name, which anybody may choose.
    csv_sha256: what the report says about its CSV.
    """

    unchanged: bool
    fingerprint: str
    signer: str
    signed_at: datetime | None
    csv_sha256: str


def sign(plain: IO[bytes], key: SigningKey, reason: str, signed: IO[bytes]) -> None:
    """Write the PDF with a signature after which nothing may be changed any more."""
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    signers.sign_pdf(IncrementalPdfFileWriter(plain), metadata, _signer(key), output=signed)


def _signer(key: SigningKey) -> signers.SimpleSigner:
    private = unseal(key.sealed)["key"]
    _, _, der = asn1_pem.unarmor(private.encode())
    return signers.SimpleSigner(
        signing_cert=_certificate(key.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


def _certificate(pem: str) -> asn1_x509.Certificate:
    _, _, der = asn1_pem.unarmor(pem.encode())
    return asn1_x509.Certificate.load(der)


def examine(file: IO[bytes]) -> Verdict:
    """Check the signature of a report with the certificate in it; raises NotAReport.

    Whose certificate that is, its fingerprint tells to those who know it.
    """
    try:
        reader = PdfFileReader(file)
        found = reader.embedded_signatures
        if not found:
            raise NotAReport("This PDF is not signed; ask for the file as Sendout made it.")
        own = ValidationContext(trust_roots=[found[0].signer_cert], allow_fetching=False)
        status = validate_pdf_signature(found[0], own)
    except (PdfError, SigningError, ValueError) as error:
        raise NotAReport(f"This file cannot be read as a signed PDF: {error}") from None
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return Verdict(
        unchanged=status.intact and status.valid and whole and len(found) == 1,
        fingerprint=found[0].signer_cert.sha256.hex(),
        signer=str(found[0].signer_cert.subject.native.get("common_name", "")),
        signed_at=found[0].self_reported_timestamp,
        csv_sha256=_csv_hash(reader),
    )


def _csv_hash(reader: PdfFileReader) -> str:
    keywords = str(reader.trailer["/Info"].get("/Keywords", ""))
    found = re.search(f"{CSV}([0-9a-f]{{64}})", keywords)
    return found[1] if found else ""
