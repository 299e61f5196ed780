"""Three hundred invented people of two languages: the same ones at every start.

Nobody can be reached by what stands here. The domains are reserved for examples (RFC 2606), the
numbers for fiction (555-01xx), and both may decide what the sandbox does (docs/sandbox.md).
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from sendout.accounts.models import Organisation
from sendout.core.addresses import BadAddress, read_email, read_phone
from sendout.people.models import Group, Participant

MOST = 300
SEED = 5


def words(text: str) -> list[str]:
    """Give the words of a text."""
    return text.split()


# Activity, how many of a hundred take it, and whether it is for children.
ACTIVITIES = (
    ("Tuesday beginners", 22, True),
    ("Swim level 3", 18, True),
    ("Day camp 6-8", 20, True),
    ("Synchronised skating", 12, True),
    ("Masters", 15, False),
    ("Aqua fitness", 13, False),
)
VOLUNTEERS = "Volunteers"  # everybody whose number this divides
ONE_VOLUNTEER_IN = 14

FIRST_NAMES = {
    "en": words(
        "Emily Sarah Jessica Megan Hannah Laura Heather Priya Karen Alison Grace Naomi "
        "James Ryan Matthew Andrew Kevin Daniel Scott Arjun Thomas Brian Colin Wei"
    ),
    "fr": words(
        "Amélie Geneviève Mélanie Chloé Isabelle Nathalie Élodie Sophie Fatima Véronique Maude "
        "Camille François Étienne Mathieu Jérôme Guillaume Sébastien Yannick Olivier Karim "
        "Benoît Rémi Jean-François"
    ),
}
LAST_NAMES = {
    "en": words(
        "Anderson MacDonald Campbell Wilson Murray Fraser Nguyen Singh Chen Thompson Kowalski "
        "O'Brien Patel Robertson Sinclair Okafor Hughes Morrison Stewart Lee Petrov Baker"
    ),
    "fr": words(
        "Tremblay Gagnon Bouchard Côté Lévesque Gauthier Morin Bélanger Pelletier Fortin "
        "Thériault Desjardins Haddad Beaulieu Lefebvre Diallo Ouellet St-Pierre Boucher Hébert "
        "Cloutier Nadeau"
    ),
}
CHILDREN = words(
    "Liam Emma Noah Olivia Léo Florence Nathan Clara Théo Béatrice Lucas Rosalie Jacob Zoé "
    "Owen Mia William Benjamin Logan Juliette Édouard Maya Félix Ava Samuel Romy Ethan Inès"
)
DOMAINS = ("mail.example", "inbox.example", "courriel.example", "poste.example", "example.org")
BAD_EMAILS = ("{name}@courriel", "{name}.mail.example", "{name}@", "{name}@@mail.example")
WORDS = words("bounce open complain click refuse machine full defer block bounce")
ONE_WORD_IN = 16  # households

AREAS = words(
    "416 647 437 905 289 365 613 343 705 519 226 548 807 514 438 450 579 819 873 418 581 367 "
    "506 902 782 204 604"
)
PHONES = ("({area}) 555-{last}", "{area}-555-{last}", "{area}.555.{last}", "+1 {area} 555 {last}")
BAD_PHONES = ("{area}-555-01", "ask at the office", "555-{last}", "pas de cellulaire")
# The last digit but one of a number, and how many of a hundred have it: what the sandbox does.
FATES = {"0": 83, "4": 7, "1": 2, "2": 2, "5": 2, "6": 2, "3": 1, "7": 1}


@dataclass(frozen=True, slots=True)
class Household:
    """People with one last name who share an address and a phone."""

    language: str
    last_name: str
    first_names: list[str]
    email: str
    phone: str


def enrol(organisation: Organisation) -> dict[str, Group]:
    """Make the participants and their groups; gives the groups by name."""
    draw = Random(SEED)  # noqa: S311 -- the same people each time, no secret
    members = itertools.islice(_participants(organisation, draw), MOST)
    people = Participant.objects.bulk_create(members)
    names = [name for name, _, _ in ACTIVITIES] + [VOLUNTEERS]
    made = Group.objects.bulk_create(Group(organisation=organisation, name=n) for n in names)
    groups = {group.name: group for group in made}
    through = Group.participants.through
    joining = [(groups[p.fields["Activity"]], p) for p in people]
    joining += [(groups[VOLUNTEERS], p) for p in people[::ONE_VOLUNTEER_IN]]
    through.objects.bulk_create(through(group=group, participant=p) for group, p in joining)
    return groups


def _participants(organisation: Organisation, draw: Random) -> Iterator[Participant]:
    """Give the people of one household after the other, without end."""
    for number in itertools.count():
        home = _household(number, draw)
        email_normal, phone = _read(home, organisation.country)
        for first_name in home.first_names:
            yield Participant(
                organisation=organisation,
                first_name=first_name,
                last_name=home.last_name,
                email=home.email,
                email_normal=email_normal,
                phone_typed=home.phone,
                phone=phone,
                language=home.language,
                fields=_own_fields(draw),
            )


def _own_fields(draw: Random) -> dict[str, str]:
    [(activity, _, for_children)] = draw.choices(ACTIVITIES, [share for _, share, _ in ACTIVITIES])
    own = {"Activity": activity}
    return own | {"Child": draw.choice(CHILDREN)} if for_children else own


def _household(number: int, draw: Random) -> Household:
    language = draw.choices(("fr", "en"), (45, 55))[0]
    [size] = draw.choices((1, 2, 3), (82, 14, 4))
    first_names = draw.sample(FIRST_NAMES[language], size)
    last_name = draw.choice(LAST_NAMES[language])
    email = _email(number, first_names[0], last_name, draw)
    return Household(language, last_name, first_names, email, _phone(number, draw))


def _email(number: int, first_name: str, last_name: str, draw: Random) -> str:
    """Give an address as people give it: most right, some wrong, some none."""
    name = f"{_plain(first_name)}.{_plain(last_name)}"
    if number % ONE_WORD_IN == 1:
        return f"{WORDS[number // ONE_WORD_IN % len(WORDS)]}+{name}@sandbox.test"
    chance = draw.random()
    if chance < 0.05:
        return ""
    if chance < 0.08:
        return draw.choice(BAD_EMAILS).format(name=name)
    return f"{name}@{draw.choice(DOMAINS)}"


def _phone(number: int, draw: Random) -> str:
    """Give a number as people give it; its last two digits tell the sandbox what to do."""
    area = AREAS[number % len(AREAS)]
    [fate] = draw.choices(list(FATES), list(FATES.values()))
    last = f"01{fate}{number // len(AREAS) % 10}"
    chance = draw.random()
    if chance < 0.08:
        return ""
    written = draw.choice(BAD_PHONES if chance < 0.10 else PHONES)
    return written.format(area=area, last=last)


def _plain(name: str) -> str:
    """Write a name as it stands in an address."""
    letters = unicodedata.normalize("NFKD", name.lower())
    return "".join(c for c in letters if c.isascii() and (c.isalpha() or c == "-"))


def _read(home: Household, country: str) -> tuple[str, str]:
    """Give email and phone in the form that is written to; empty where there is none."""
    try:
        email = read_email(home.email)
    except BadAddress:
        email = None
    try:
        phone = read_phone(home.phone, country)
    except BadAddress:
        phone = None
    return email.normal if email else "", phone.normal if phone else ""
