"""Credentials are readable with our keys, old or new, and with nothing else."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from sendout.senders.vault import CannotUnseal, seal, unseal

SECRETS = {"password": "pa55-wörd", "port": 587}
OLD, NEW, OTHER = (bytes([n]) * 32 for n in (1, 2, 3))


def test_what_was_sealed_is_unsealed_and_not_readable_in_between(settings: Settings) -> None:
    settings.FIELD_KEYS = [OLD]
    assert unseal(seal(SECRETS)) == SECRETS
    assert "pa55" not in seal(SECRETS)


def test_no_secrets_seal_to_nothing() -> None:
    assert (seal({}), unseal("")) == ("", {})


def test_a_new_key_in_front_reads_what_the_old_one_sealed(settings: Settings) -> None:
    settings.FIELD_KEYS = [OLD]
    sealed = seal(SECRETS)
    settings.FIELD_KEYS = [NEW, OLD]
    fresh = seal(unseal(sealed))
    settings.FIELD_KEYS = [NEW]
    assert unseal(fresh) == SECRETS


def test_a_key_that_does_not_fit_is_said_without_the_secret(settings: Settings) -> None:
    settings.FIELD_KEYS = [OLD]
    sealed = seal(SECRETS)
    settings.FIELD_KEYS = [OTHER]
    with pytest.raises(CannotUnseal, match="put the old key back into SENDOUT_KEYS"):
        unseal(sealed)
