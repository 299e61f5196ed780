"""How the files of the front end travel: packed once, and kept by browsers until they change.

Ours are asked for under `/static/<version>/`, where the version is made of the contents of all of
them: an update shows at once, and between updates nothing is asked for twice. A page that is still
open from before an update gets the files of today under its old addresses. What others made has its
version in its name and is kept across updates.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from http import HTTPStatus
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.encoding import filepath_to_uri
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

VERSIONED = re.compile(r"^/static/([0-9a-f]{12})/")
FOREVER = "max-age=315360000, public, immutable"
PACKED = {".css", ".js", ".svg"}


@cache
def version() -> str:
    """Name the contents of all files, by twelve hexadecimal digits."""
    found = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in sorted(finder.list(None), key=lambda each: each[0]):
            found.update(path.encode())
            found.update(Path(storage.path(path)).read_bytes())
    return found.hexdigest()[:12]


@cache
def packed(path: str) -> bytes:
    """Compress a file as well as gzip can; each process does it once, for the first who asks."""
    return gzip.compress(Path(path).read_bytes(), compresslevel=9, mtime=0)


class Storage(StaticFilesStorage):
    """Gives the addresses of files to the templates."""

    def url(self, name: str | None) -> str:
        """Give the address under which browsers keep the file."""
        path = str(filepath_to_uri(name))
        return f"/static/{path if path.startswith('vendor/') else f'{version()}/{path}'}"


class Files(WhiteNoiseMiddleware):  # type: ignore[misc]  # has no types
    """Answers for the files."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with a file if there is one at this address."""
        named = VERSIONED.match(request.path_info)
        file = self.files.get(VERSIONED.sub("/static/", request.path_info))
        if file is None:
            return self.get_response(request)  # type: ignore[no-any-return]
        answer = small(file, request) or self.serve(file, request)
        if Path(file.alternatives[0][1]).suffix in PACKED:
            patch_vary_headers(answer, ["Accept-Encoding"])
        if named and named[1] == version():
            answer["Cache-Control"] = FOREVER
        return answer


def small(file: StaticFile, request: HttpRequest) -> HttpResponse | None:
    """Give the packed file to whoever can unpack it and asks for all of it, for the first time."""
    path = file.alternatives[0][1]
    takes_it = "gzip" in request.headers.get("Accept-Encoding", "") and request.method == "GET"
    if Path(path).suffix not in PACKED or not takes_it:
        return None
    whole = file.get_response("HEAD", request.META)
    if whole.status != HTTPStatus.OK:
        return None
    content = packed(path)
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(content))}
    return HttpResponse(content, headers={**dict(whole.headers), **headers})


class Pages(GZipMiddleware):
    """Packs pages, and nothing else: pictures and PDFs are small already, exports flow."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Pack a page for whoever can unpack it, with noise that hides its exact size (BREACH)."""
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
