"""What browsers keep of the front end, for how long, and how small it travels."""

from __future__ import annotations

import gzip

from django.templatetags.static import static
from django.test import Client

from sendout.settings import PACKAGE

UNPACKS = {"Accept-Encoding": "gzip, deflate, br"}
CSS = (PACKAGE / "static" / "sendout" / "app.css").read_bytes()


def test_our_own_files_are_kept_until_they_change(client: Client) -> None:
    address = static("sendout/app.css")
    assert address != "/static/sendout/app.css"
    kept = client.get(address)
    assert "immutable" in kept["Cache-Control"]
    assert b"".join(kept) == CSS


def test_the_address_before_an_update_leads_to_the_file_of_today(client: Client) -> None:
    old = client.get("/static/0123456789ab/sendout/app.css")
    assert b"".join(old) == CSS
    assert old["Cache-Control"] == "max-age=0, public"
    again = client.get("/static/sendout/app.css", headers={"If-None-Match": old["ETag"]})
    assert again.status_code == 304


def test_a_file_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("/static/0123456789ab/sendout/none.css").status_code == 404


def test_files_travel_packed_to_whoever_unpacks_them(client: Client) -> None:
    packed = client.get(static("sendout/app.css"), headers=UNPACKS)
    assert packed["Content-Encoding"] == "gzip"
    assert packed["Vary"] == "Accept-Encoding"
    assert int(packed["Content-Length"]) < len(CSS) / 3
    assert gzip.decompress(packed.content) == CSS


def test_a_part_of_a_file_comes_as_it_is(client: Client) -> None:
    part = client.get(static("sendout/app.css"), headers={**UNPACKS, "Range": "bytes=0-9"})
    assert part.status_code == 206
    assert b"".join(part) == CSS[:10]


def test_pages_travel_packed_and_files_of_people_do_not(client: Client) -> None:
    whole = client.get("/account/login/")
    packed = client.get("/account/login/", headers=UNPACKS)
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(whole.content) / 2
    assert "Content-Encoding" not in client.get("/healthz", headers=UNPACKS)


def test_files_with_a_version_in_their_name_are_kept(client: Client) -> None:
    found = [path for path in (PACKAGE / "static" / "vendor").rglob("*.*s") if path.is_file()]
    for path in found:
        kept = client.get(static(str(path.relative_to(PACKAGE / "static"))))
        assert "immutable" in kept["Cache-Control"], path
    assert found
