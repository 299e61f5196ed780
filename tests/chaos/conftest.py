"""Sites to be broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sendout.cli.embedded import EmbeddedServer
from tests.chaos.site import Site
from tests.e2e.conftest import Home
from tests.rigs.sink import Plants, Sink

MakeSite = Callable[..., Site]
SENDER = ("--channel", "email", "--kind", "smtp", "--from", "office@example.org")


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[MakeSite]:
    """Give a function that makes an installation whose email goes to a sink, or to another server.

    Its database keeps what it committed, as a real one does: no careless settings.
    """
    with ExitStack() as stack:

        def make(plants: Plants, url: str = "") -> Site:
            home = Home(tmp_path / "data")
            server = stack.enter_context(EmbeddedServer(home.data))
            sink = stack.enter_context(Sink(tmp_path, plants))
            home.run("org", "create", "aqua-club", "--name", "Aqua Club")
            home.run("sender", "add", "--org", "aqua-club", *SENDER, "--url", url or sink.url)
            return stack.enter_context(Site(home, server, sink))

        yield make
