"""Which column of a schedule holds what, told by English, French and Spanish headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sendout.core.table.headers import fold


class Part(StrEnum):
    """What a column can be."""

    ID = "id"
    TITLE = "title"
    GROUP = "group"
    DATE = "date"
    STARTS = "starts"
    ENDS = "ends"
    PLACE = "place"
    STATUS = "status"
    IGNORE = "ignore"


# As `fold` leaves them; of two columns that say the same the first is taken.
WORDS: dict[Part, str] = {
    Part.ID: "id|session id|uid|code|number|no|numero|identifiant|code de seance|activity id"
    "|event id|course id",
    Part.TITLE: "title|session|activity|class|course|name|event|lesson|summary|titre|seance"
    "|activite|cours|nom|evenement|lecon|titulo|sesion|actividad|clase",
    Part.GROUP: "group|groups|group name|groupe|groupes|nom du groupe|grupo",
    Part.DATE: "date|day|jour|dia|fecha|date de seance|session date|start date|date de debut",
    Part.STARTS: "starts|start|start time|starts at|begins|from|time|begin|debut|heure|de"
    "|heure de debut|inicio|hora|hora de inicio|start date time|start datetime|date and time"
    "|date et heure",
    Part.ENDS: "ends|end|end time|ends at|to|until|fin|heure de fin|a|hora de fin|end date time"
    "|end datetime",
    Part.PLACE: "place|location|where|room|venue|facility|pool|rink|lieu|endroit|salle|piscine"
    "|emplacement|plateau|local|lugar|sala",
    Part.STATUS: "status|cancelled|canceled|state|statut|etat|annule|annulee|cancelado|estado",
}
PART_OF = {word: part for part, words in WORDS.items() for word in words.split("|")}


@dataclass(frozen=True, slots=True)
class Layout:
    """What every column of a schedule is."""

    headers: tuple[str, ...]
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, headers: Sequence[str]) -> Layout:
        """Tell by the headers."""
        parts: list[Part] = []
        for header in headers:
            part = PART_OF.get(fold(header), Part.IGNORE)
            parts.append(Part.IGNORE if part in parts else part)
        return cls(tuple(headers), tuple(parts))

    def column(self, part: Part) -> int | None:
        """Find the column of a part."""
        return self.parts.index(part) if part in self.parts else None

    def problem(self) -> str:
        """Say what is missing, as a clause; empty when nothing is."""
        if not {Part.TITLE, Part.GROUP} & set(self.parts):
            return "no column is called Title or Group: name the one that says what takes place"
        if not {Part.DATE, Part.STARTS} & set(self.parts):
            return "no column is called Date or Starts: name the one that says when"
        return ""
