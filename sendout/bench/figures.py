"""What a run has found, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field

from sendout.bench.with_sendout import Sent
from sendout.bench.work import Result

HEADS = ("", "messages", "msg/s", "CPU µs/msg", "peak MB", "× bare", "× django")
BUSY = 0.5  # load before the start that each core may have


@dataclass(slots=True)
class Relay:
    """What stood between. rate: what it can carry without delay, as the bare client finds."""

    round_trip_ms: float
    measured_ms: float
    messages_per_second: float


@dataclass(slots=True)
class Figures:
    """All of one run. machine: see `machine.describe`."""

    machine: dict[str, object]
    results: list[Result] = field(default_factory=list)
    sendout: Sent | None = None
    relay: Relay | None = None
    left_out: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Give it as `--json` prints it."""
        relay = self.relay
        return {
            "results": [result.to_dict() for result in self.results],
            "sendout": self.sendout.to_dict() if self.sendout else None,
            "relay": {name: round(getattr(relay, name), 1) for name in Relay.__slots__}
            if relay
            else None,
            "left_out": self.left_out,
            "machine": self.machine,
        }

    def to_text(self) -> str:
        """Give it as a table with notes."""
        rows = [HEADS, *(self._row(result) for result in self.results)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(_aligned(row, widths)).rstrip() for row in rows]
        return "\n".join([*lines, "", *self._notes()])

    def _row(self, result: Result) -> tuple[str, ...]:
        said = result.to_dict()
        return (
            result.name,
            f"{result.messages:,}",
            f"{result.rate:,.0f}",
            f"{said['cpu_us_per_message']:,.0f}",
            f"{said['peak_rss_mb']:,.0f}",
            self._ratio(result, "bare"),
            self._ratio(result, "django"),
        )

    def _ratio(self, result: Result, name: str) -> str:
        other = next((each for each in self.results if each.name == name), None)
        return f"{result.rate / other.rate:.2f}" if other else "-"

    def _notes(self) -> list[str]:
        notes = [f"{name} was left out: {reason}." for name, reason in self.left_out.items()]
        if self.sendout:
            said = self.sendout.to_dict()
            notes.append(
                f"Sendout recorded {self.sendout.recorded:,} deliveries; rows and jobs were ready "
                f"after {said['freeze_seconds']:.2f} s, which the rate includes. PostgreSQL used "
                f"{said['postgres_cpu_us_per_message']:.0f} µs CPU per message besides."
            )
        if self.relay:
            notes.append(
                f"The relay asked for {self.relay.round_trip_ms:g} ms took "
                f"{self.relay.measured_ms:.1f} ms a round trip; without delay it carries "
                f"{self.relay.messages_per_second:,.0f} msg/s of the bare client."
            )
        return [*notes, self._place()]

    def _place(self) -> str:
        said = self.machine
        place = (
            f"{said['cores']} cores, shared by all that takes part; "
            f"Python {said['python']}, {said['system']}; load before the start {said['load']}."
        )
        if self._was_busy():
            place += " The machine was busy with other things: do not trust these figures."
        return place

    def _was_busy(self) -> bool:
        return float(str(self.machine["load"])) > BUSY * int(str(self.machine["cores"]))


def _aligned(row: tuple[str, ...], widths: list[int]) -> list[str]:
    """Put the name to the left and figures to the right."""
    name, *figures = row
    return [name.ljust(widths[0]), *map(str.rjust, figures, widths[1:])]
