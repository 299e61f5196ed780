"""How many opens and clicks the tracking door takes, each committed before it is answered."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from sendout.bench import club, machine
from sendout.bench.servers import free_port
from sendout.cli.database import data_directory
from sendout.cli.problem import Problem
from sendout.cli.supervisor import Child, Supervisor, sendout_command
from sendout.core.message import links
from sendout.deliveries.freeze import send_now
from sendout.deliveries.links import CLICK, OPEN, sign
from sendout.deliveries.models import Delivery
from sendout.tracking.judge import judge_settled

LUA = Path(__file__).with_name("readers.lua")
LINKS = 20  # in the newsletter
WRK_THREADS = 2
START_SECONDS = 60.0
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Load:
    """What the readers saw in one run. wrong: errors and odd answers. seconds: by the clock."""

    answered: int
    wrong: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds


@dataclass(frozen=True, slots=True)
class Opens:
    """All that was found.

    kept: hits in the table afterwards. repeated: those that the door had committed a moment
    before. cpu_us: of the door, for one hit.
    """

    client: str
    connections: int
    full: Load
    half: Load
    kept: int
    repeated: int
    cpu_us: float
    judged_per_second: float
    machine: dict[str, object]

    @property
    def missing(self) -> int:
        """Hits that were answered and are not in the table."""
        return max(0, self.full.answered + self.half.answered - self.kept - self.repeated)

    def to_dict(self) -> dict[str, object]:
        """Give it as `--json` prints it."""
        return {
            "per_second": round(self.full.rate),
            "half": {**asdict(self.half), "per_second": round(self.half.rate)},
            "missing": self.missing,
            **{key: value for key, value in asdict(self).items() if key != "half"},
        }

    def to_text(self) -> str:
        """Give it for people."""
        full, half = self.full, self.half
        return (
            f"{full.rate:,.0f} opens and clicks a second over {self.connections} connections, "
            f"each committed before it was answered (p50 {full.p50_ms:.1f} ms, "
            f"p99 {full.p99_ms:.1f} ms);\n"
            f"at {half.rate:,.0f} a second p50 {half.p50_ms:.1f} ms, p99 {half.p99_ms:.1f} ms.\n"
            f"{full.answered + half.answered:,} answered, {self.kept:,} in the table "
            f"({self.repeated:,} came twice), {self.missing} missing, "
            f"{full.wrong + half.wrong} wrong.\n"
            f"The door used {self.cpu_us:.0f} µs CPU for each; "
            f"{self.judged_per_second:,.0f} a second were judged afterwards.\n"
            f"Asked by {self.client}; {self.machine['cores']} cores shared by all that takes part, "
            f"load before the start {self.machine['load']}."
        )


def measure(people: int, readers: int, seconds: float, port: int) -> Opens:
    """Measure on the database of this process. Raises Problem when the door does not open."""
    before = machine.describe()
    paths = write_paths(people)
    connections.close_all()
    figures = free_port()
    ports = ["--port", str(port), "--metrics-port", str(figures)]
    child = Child("the door", sendout_command("track", "--supervised", *ports))
    with Supervisor([child]) as supervisor:
        supervisor.start()
        _wait_until_open(port)
        spent = -_cpu_seconds(child)
        full = _read(port, paths, readers, seconds, 0)
        spent += _cpu_seconds(child)
        half = _read(port, paths, readers, seconds, full.rate / 2)
        repeated = _repeated(figures)
    kept = _kept()
    return Opens(
        client="wrk" if shutil.which("wrk") else "a client in Python, the limit here",
        connections=readers,
        full=full,
        half=half,
        kept=kept,
        repeated=repeated,
        cpu_us=1e6 * spent / full.answered,
        judged_per_second=_judge(),
        machine=before,
    )


def write_paths(people: int) -> Path:
    """Send a newsletter to so many on paper, and write down every address in it."""
    newsletter = club.found_club()
    club.choose_way(newsletter, 1, {"host": HOST, "port": 25, "tls": "none"})
    club.enrol(newsletter.organisation, people)
    send_now(newsletter)
    places = [f"https://aquaclub.example/news/{number}" for number in range(1, LINKS + 1)]
    sealed = [links.seal(settings.TOKEN_KEYS, n, place) for n, place in enumerate(places, 1)]
    path = data_directory() / "paths"
    with path.open("w") as file:
        for delivery in Delivery.objects.values_list("pk", flat=True):
            file.write(f"/o/{sign(OPEN, delivery)}.gif\n")
            token = sign(CLICK, delivery)
            file.writelines(f"/c/{token}/{link}\n" for link in sealed)
    return path


def _wait_until_open(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            _get(port, "/healthz")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise Problem("the tracking door did not open; its reason is above")


def _repeated(port: int) -> int:
    found = re.search(
        r"^sendout_tracking_repeated_total (\S+)", _get(port, "/metrics"), re.MULTILINE
    )
    assert found is not None
    return int(float(found[1]))


def _get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=5) as answer:
        return str(answer.read().decode())


def _read(port: int, paths: Path, readers: int, seconds: float, rate: float) -> Load:
    """Let the readers read, with wrk where it is installed."""
    if wrk := shutil.which("wrk"):
        options = [f"-t{WRK_THREADS}", f"-c{readers}", f"-d{seconds:.0f}s", "-s", str(LUA)]
        place = [f"http://{HOST}:{port}", "--", str(paths), str(WRK_THREADS), str(rate)]
        command = [wrk, *options, *place]
    else:
        told = [str(port), str(paths), str(readers), str(seconds), str(rate)]
        command = [sys.executable, "-m", "sendout.bench.readers", *told]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    if not found:
        raise Problem(f"the readers failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return Load(**json.loads(found[0].removeprefix("FOUND ")))


def _cpu_seconds(child: Child) -> float:
    assert child.process is not None
    return machine.cpu_seconds_of_family(child.process.pid)


def _kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tracking_hit")
        return int(cursor.fetchone()[0])


def _judge() -> float:
    """Judge them all, and give how many a second that were."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracking_hit SET at = at - interval '1 minute'")
        cursor.execute("VACUUM ANALYZE tracking_hit")
    started, done = time.monotonic(), 0
    while judged := judge_settled():
        done += judged
    return done / (time.monotonic() - started)
