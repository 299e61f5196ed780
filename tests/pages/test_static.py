"""What browsers keep of the front end, and for how long."""

from __future__ import annotations

from django.test import Client

from sendout.settings import PACKAGE


def test_our_own_files_are_asked_for_again_after_an_update(client: Client) -> None:
    first = client.get("/static/sendout/app.css")
    assert first["Cache-Control"] == "max-age=0, public"
    again = client.get("/static/sendout/app.css", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_files_with_a_version_in_their_name_are_kept(client: Client) -> None:
    found = [path for path in (PACKAGE / "static" / "vendor").rglob("*.*s") if path.is_file()]
    for path in found:
        kept = client.get(f"/static/{path.relative_to(PACKAGE / 'static')}")
        assert "immutable" in kept["Cache-Control"], path
    assert found
