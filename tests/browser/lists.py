"""The list of people that the story imports."""

from __future__ import annotations

from pathlib import Path

GIVEN = Path(__file__).parents[3] / "shared" / "data" / "participants" / "messy.csv"
HEADERS = "Prénom;Nom;Courriel;Cellulaire;Langue;Activité;Enfant"


def messy_list(directory: Path) -> Path:
    """Give the list as offices really have it, or write a smaller one of the same kind."""
    return GIVEN if GIVEN.exists() else write(directory / "messy.csv")


def write(path: Path) -> Path:
    """Write a list with shared addresses, wrong ones, and none, as older spreadsheets save it."""
    rows = [HEADERS, *(row(number) for number in range(1500))]
    path.write_text("\r\n".join(rows), encoding="cp1252", newline="")
    return path


def row(number: int) -> str:
    """Write one person; every tenth has a wrong or no address."""
    email = {3: "nobody@", 7: ""}.get(number % 10, f"reader{number}@example.com")
    phone = {4: "555-01", 8: ""}.get(number % 10, f"514 {590 + number % 9} {3000 + number}")
    return f"Jérôme;Lecteur {number};{email};{phone};fr;Camp de jour;Zoé {number}"
