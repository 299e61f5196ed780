"""`sendout report verify|key`: check a signed report, and the key that signs them."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from sendout.cli.commands import Subparsers
from sendout.cli.org import organisation_of
from sendout.cli.problem import Problem
from sendout.reports.keys import keys_of, make_key, signing_key
from sendout.reports.models import SigningKey
from sendout.reports.signing import NotAReport, Verdict, examine

FAILED = 1


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("report", help="check a signed report of a send-out")
    actions = parser.add_subparsers(metavar="action", required=True)
    verify = actions.add_parser("verify", help="say whether a report is as it was signed")
    verify.add_argument("file", type=Path, metavar="FILE", help="the PDF")
    verify.add_argument("--csv", type=Path, metavar="FILE", help="the CSV that came with it")
    verify.add_argument("--json", action="store_true", help="print one JSON object")
    verify.set_defaults(perform=perform_verify)
    key = actions.add_parser("key", help="print the fingerprints of an organisation's keys")
    key.add_argument("--org", required=True, metavar="SLUG")
    key.add_argument("--new", action="store_true", help="make another one, which signs from now on")
    key.set_defaults(perform=perform_key)


def perform_verify(arguments: argparse.Namespace) -> int:
    """Print what was found out; 1 when anything is not as it was signed, or by nobody known."""
    try:
        with arguments.file.open("rb") as file:
            verdict = examine(file)
        csv = hashlib.sha256(arguments.csv.read_bytes()).hexdigest() if arguments.csv else None
    except OSError as error:
        raise Problem(f"{error.filename} cannot be read: {error.strerror}") from None
    except NotAReport as error:
        raise Problem(f"{arguments.file}: {error}") from None
    known = SigningKey.objects.filter(fingerprint=verdict.fingerprint).first()
    same_csv = None if csv is None else csv == verdict.csv_sha256
    good = verdict.unchanged and known is not None and same_csv is not False
    if arguments.json:
        print(json.dumps(_object(verdict, known, same_csv, good=good)))
    else:
        print("\n".join(_sentences(verdict, known, same_csv)))
    return 0 if good else FAILED


def _sentences(verdict: Verdict, known: SigningKey | None, same_csv: bool | None) -> list[str]:
    said = [
        "The report is as it was signed: nothing was changed."
        if verdict.unchanged
        else "The report was CHANGED after it was signed, or its signature is damaged.",
        f"It was signed by the organisation {known.organisation.name} of this installation."
        if known
        else f'It was signed by a key that this installation does NOT know ("{verdict.signer}").',
        f"SHA-256 of the certificate: {verdict.fingerprint}",
    ]
    if verdict.signed_at:
        said.append(f"Signed at {verdict.signed_at:%Y-%m-%d %H:%M:%S} UTC by the server's clock.")
    if same_csv is not None:
        said.append(
            "The CSV is the one that came with it."
            if same_csv
            else "The CSV is NOT the one that came with it."
        )
    return said


def _object(
    verdict: Verdict, known: SigningKey | None, same_csv: bool | None, *, good: bool
) -> dict[str, object]:
    return {
        "good": good,
        "unchanged": verdict.unchanged,
        "organisation": known.organisation.slug if known else None,
        "fingerprint": verdict.fingerprint,
        "signed_at": verdict.signed_at.isoformat() if verdict.signed_at else None,
        "csv": same_csv,
    }


def perform_key(arguments: argparse.Namespace) -> int:
    """Print the keys, the one that signs first; the first is made when there is none."""
    organisation = organisation_of(arguments.org)
    if arguments.new:
        make_key(organisation)
    else:
        signing_key(organisation)
    for key in keys_of(organisation):
        print(f"{key.fingerprint}  since {key.created_at:%Y-%m-%d}")
    return 0
