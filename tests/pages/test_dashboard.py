"""The dashboard and the page for operators speak of exactly the figures that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY

from sendout.engine import metrics
from sendout.engine.dispatch import journal
from sendout.pages.health.figures import Installation
from tests.laws.sources import ROOT

NAME = re.compile(r"\bsendout_[a-z_]+")
PARTS = re.compile(r"_(bucket|sum|count)$")

pytestmark = pytest.mark.django_db


def told() -> set[str]:
    """Give the names of all figures of web server and workers, as Prometheus knows them."""
    families = [
        *Installation().collect(),
        *REGISTRY.collect(),
        *metrics.AtScrape(journal()).collect(),
    ]
    ours = [family for family in families if family.name.startswith("sendout_")]
    return {family.name + ("_total" if family.type == "counter" else "") for family in ours}


def asked() -> Iterator[str]:
    """Give the queries of the dashboard."""
    for panel in json.loads((ROOT / "docs" / "grafana.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))


def test_the_dashboard_asks_for_every_figure_and_for_no_other() -> None:
    assert {PARTS.sub("", name) for query in asked() for name in NAME.findall(query)} == told()


def test_the_page_for_operators_explains_every_figure() -> None:
    text = (ROOT / "docs" / "operate.md").read_text()
    explained = set(re.findall(r"^\| `(sendout_[a-z_]+)` \|", text, re.MULTILINE))
    assert explained == told()
    assert set(NAME.findall(text)) == told()


def test_panels_of_the_dashboard_do_not_lie_on_each_other() -> None:
    panels = json.loads((ROOT / "docs" / "grafana.json").read_text())["panels"]
    places = [
        (x, y)
        for at in (panel["gridPos"] for panel in panels)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24
