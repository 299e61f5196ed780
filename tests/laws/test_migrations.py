"""A migration changes tables or moves data, never both; and none is missing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations import Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

MOVES_DATA = RunPython


def our_migrations() -> list[Migration]:
    """Give the migrations of our own rooms."""
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("sendout.")}
    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [migration for (label, _), migration in sorted(disk.items()) if label in ours]


def kinds(operations: Sequence[Operation]) -> set[bool]:
    """Say whether the operations move data, change tables, or (two answers) both."""
    return {isinstance(operation, MOVES_DATA) for operation in operations}


def test_the_law_finds_migrations() -> None:
    assert {"accounts", "deliveries"} <= {migration.app_label for migration in our_migrations()}


@pytest.mark.parametrize("migration", our_migrations(), ids=str)
def test_a_migration_changes_tables_or_moves_data(migration: Migration) -> None:
    assert len(kinds(migration.operations)) <= 1, f"split {migration}: tables apart from data"


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
