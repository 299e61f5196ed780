"""A provider's SMPP server (npm `smpp`) in a process of its own, which also makes trouble.

    with Smsc(folder, Plan(undeliv=0.03, seed=7)) as smsc:
        ... smsc.url ...
        smsc.texts()

Each text is on its record before it is answered, so whatever dies, the record says what was handed
over. What becomes of a text is drawn from its recipient and the seed; receipts are told in any
order, again and again until somebody acknowledges them.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from tests.rigs import give_up, require

PEERS = Path(__file__).parents[1] / "peers"


@dataclass(frozen=True, slots=True)
class Plan:
    """What it does. Shares are of 1, by recipient; times are milliseconds, at most.

    throttled: refused with 0x58 at the first try. mute: taken and never answered. drop_at: the
    texts, counted from 1, with which the session ends instead of an answer. fates, errors: by
    number without +, the state in the receipt, the status in the answer. answer_ids, receipt_ids:
    "decimal" or "hex". tlvs: receipts say it in parameters as well as in words. echo: they give our
    own reference back. deaf: signs of life are not answered.
    """

    undeliv: float = 0.0
    expired: float = 0.0
    throttled: float = 0.0
    mute: float = 0.0
    drop_at: tuple[int, ...] = ()
    receipt_after: float = 50.0
    answer_after: float = 0.0
    fates: dict[str, str] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    answer_ids: str = "decimal"
    receipt_ids: str = "decimal"
    tlvs: bool = False
    echo: bool = False
    deaf: bool = False
    window: int = 50
    seed: int = 1
    first_id: int = 1_000_000_007
    system_id: str = "club"
    password: str = "secret"
    port: int = 0
    tls: dict[str, str] | None = None


class Smsc:
    """The server; use it with `with`."""

    def __init__(self, folder: Path, plan: Plan | None = None) -> None:
        self.plan = plan or Plan()
        self.record = folder / "smsc.record"
        self.port = 0

    @property
    def url(self) -> str:
        """Say where it is, as a sender wants it."""
        return f"smpp://{self.plan.system_id}:{self.plan.password}@127.0.0.1:{self.port}/"

    def lines(self) -> list[dict[str, Any]]:
        """Give all that is on record."""
        lines = self.record.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def taken(self) -> list[dict[str, Any]]:
        """Give the parts that it took."""
        return [line for line in self.lines() if "id" in line]

    def texts(self) -> dict[str, list[str]]:
        """Give the texts of each recipient (+...), put together again from their parts."""
        found: dict[str, dict[str, dict[int, list[str]]]] = defaultdict(lambda: defaultdict(dict))
        for part in self.taken():
            header, sar = bytes.fromhex(part["udh"]), part.get("sar")
            name, number = (header[:-1].hex(), header[-1]) if header else (str(part["id"]), 1)
            if sar:
                name, number = str(sar[:2]), sar[2]
            found[f"+{part['to']}"][name].setdefault(number, []).append(part["text"])
        return {to: _whole(by_name.values()) for to, by_name in found.items()}

    def parts(self) -> Counter[str]:
        """Give how many parts it took for each recipient (+...)."""
        return Counter(f"+{part['to']}" for part in self.taken())

    def fate(self, to: str) -> str:
        """Give the state in which a text to this number (+...) ends."""
        named = f"{self.plan.seed}/fate/{to.removeprefix('+')}"
        drawn = int.from_bytes(sha256(named.encode()).digest()[:4]) / 2**32
        if drawn < self.plan.undeliv:
            return "UNDELIV"
        return "EXPIRED" if drawn < self.plan.undeliv + self.plan.expired else "DELIVRD"

    def order(self, name: str, value: Any = None) -> Any:
        """Give an order; see `orders` in smsc.cjs."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({name: value}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def wait_for(self, name: str, count: int, seconds: float = 30) -> None:
        """Wait until one of its counts is so high."""
        end = time.monotonic() + seconds
        while (counts := self.order("counts")).get(name, 0) < count:
            assert time.monotonic() < end, counts
            time.sleep(0.02)

    def __enter__(self) -> Self:
        """Start the process."""
        node = require("node")
        if not (PEERS / "node_modules" / "smpp").is_dir():
            give_up("npm ci was not run in tests/peers")
        self.record.touch()
        plan = asdict(self.plan) | {"record": str(self.record)}
        self._process = subprocess.Popen(
            [node, str(PEERS / "smsc.cjs"), json.dumps(plan)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def _whole(named: Any) -> list[str]:
    """Put the parts of each reference together; one that came twice makes two texts."""
    texts = []
    for by_number in named:
        times = max(len(parts) for parts in by_number.values())
        for turn in range(times):
            parts = [by_number[n][turn : turn + 1] for n in sorted(by_number)]
            texts.append("".join(piece for part in parts for piece in part))
    return texts
