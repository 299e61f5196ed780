"""Whether this process answers, and whether the installation can do its work."""

from __future__ import annotations

from functools import cache

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sendout.deliveries import workers
from sendout.pages.access import public


@public("monitors have no account; it says nothing but that the process answers")
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer; nothing is asked of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@public("monitors have no account; it says what is missing and nothing of any organisation")
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when messages can be written and sent, else 503 with one line why."""
    missing = what_is_missing()
    return HttpResponse(
        f"{missing or 'ready'}\n", status=503 if missing else 200, content_type="text/plain"
    )


def what_is_missing() -> str:
    """Say in one sentence why no message could leave now; nothing when all is well."""
    try:
        if not tables_are_current():
            tables_are_current.cache_clear()
            return "The database's tables are not up to date: run `sendout migrate`."
        beat = workers.beat()
    except DatabaseError:
        tables_are_current.cache_clear()
        return "The database cannot be reached."
    if beat.alive:
        return ""
    if beat.age is None:
        return "No worker is running: start one with `sendout worker`."
    return f"No worker is running: the last sign of life is {beat.age:.0f} s old."


@cache
def tables_are_current() -> bool:
    """Tell whether all migrations are applied; asked until they are, for no process undoes them."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
