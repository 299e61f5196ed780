"""What the demo's organisation has written: three send-outs that left, one that will, one draft.

No date stands in them, so that they read well on every day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SITE = "https://aquaclub.example"
# A long line goes on in the next one.
FOLDED = re.compile(r"(?<=[^\n]{60})\n(?=[^\n#>-])(?!\d+\. )")


@dataclass(frozen=True, slots=True)
class Text:
    """A message with the name its send-out has on the Messages page."""

    name: str
    category: str
    subject: str = ""
    body: str = ""
    sms: str = ""

    def written(self) -> dict[str, str]:
        """Give it as `compose.editing.save` takes it."""
        return {
            "category": self.category,
            "subject": self.subject,
            "body": FOLDED.sub(" ", self.body),
            "sms_text": self.sms,
        }


NEWSLETTER = Text(
    name="Newsletter: the new season",
    category="marketing",
    subject="{{ first_name|Hello }}, the new season is here · La nouvelle saison est arrivée",
    body=f"""# The new season is here

Hi {{{{ first_name|there }}}},

Thank you for swimming and skating with us. Here is what is new at the {{{{ organisation }}}}:

- **Water polo for ages 10 to 14**, Thursdays at 6 pm, no experience needed
- **Early lanes for Masters**: the doors now open at 6:15 am
- **Family swim** every Sunday afternoon, free for members

As a member of *{{{{ Activity|our club }}}}* you can register a week before everybody else.

[See the programme and register]({SITE}/programme)

---

# La nouvelle saison est arrivée

Bonjour {{{{ first_name|à vous }}}},

Merci de nager et de patiner avec nous. Voici les nouveautés :

- **Water-polo de 10 à 14 ans**, le jeudi à 18 h, aucune expérience requise
- **Couloirs matinaux pour les Maîtres** : les portes ouvrent maintenant à 6 h 15
- **Bain en famille** tous les dimanches après-midi, gratuit pour les membres

Comme membre, vous pouvez vous inscrire une semaine avant tout le monde.

[Voir la programmation et s'inscrire]({SITE}/programmation)

À bientôt au bord de l'eau!
""",
)

CANCELLATION = Text(
    name="Pool closed today: classes cancelled",
    category="operational",
    subject="{{ Activity|Your class }} is cancelled today · Cours annulé aujourd'hui",
    body=f"""Hi {{{{ first_name|there }}}},

**Today's class of {{{{ Activity|your group }}}} is cancelled.** A pump has failed and the pool
has to stay closed until tomorrow morning. We are sorry that we can only tell you now.

{{{{ Child|Your child }}}} will not lose a class: there is a **make-up class on Saturday at 10 am**,
same pool, same instructor. If Saturday does not suit you, simply answer this message.

[Closures and make-up classes]({SITE}/closures)

---

Bonjour {{{{ first_name|à vous }}}},

**Le cours d'aujourd'hui est annulé.** Une pompe est tombée en panne et la piscine reste fermée
jusqu'à demain matin. Nous sommes désolés de vous prévenir si tard.

{{{{ Child|Votre enfant }}}} ne perd rien : **reprise samedi à 10 h**, même piscine, même moniteur.
Si samedi ne vous convient pas, répondez simplement à ce message.

[Fermetures et reprises]({SITE}/fermetures)
""",
    sms="Aqua Club: pool closed, {{ Activity|class }} cancelled today. Make-up Sat 10:00 / "
    "Piscine fermée, cours remis à samedi 10 h. Reply STOP / ARRET",
)

REMINDER = Text(
    name="Reminder: registration closes on Friday",
    category="operational",
    sms="Hi {{ first_name|there }}, keep your place in {{ Activity|your group }}: registration "
    f"closes Friday 8 pm. Inscription avant vendredi 20 h: {SITE}/r",
)

SWIMATHON = Text(
    name="Swim-a-thon: swim a length, buy a lane rope",
    category="marketing",
    subject="Swim a length with us, {{ first_name|friend }} · Nagez une longueur avec nous",
    body=f"""# Every length counts

Hi {{{{ first_name|there }}}},

Our lane ropes are older than most of our swimmers. On **Swim-a-thon Saturday** every length is
worth two dollars, and the neighbourhood bakery doubles what the children collect.

1. [Choose your time]({SITE}/swim-a-thon)
2. Ask grandparents, neighbours and godparents to sponsor a length
3. Come, swim, and stay for the pancakes

---

# Chaque longueur compte

Bonjour {{{{ first_name|à vous }}}},

Le samedi du **Nage-o-thon**, chaque longueur rapporte deux dollars, et la boulangerie du quartier
double ce que les enfants ramassent. [Choisissez votre heure]({SITE}/nage-o-thon), trouvez vos
commanditaires et restez pour les crêpes!
""",
)

PARENTS_EVENING = Text(
    name="Parents' evening (to be finished)",
    category="operational",
    subject="Parents' evening · Soirée des parents",
    body="""Hi {{ first_name|there }},

We would like to show you what {{ Child|your child }} has learnt in *{{ Activity|the group }}*.

(When? Ask the pool for a date.)
""",
)
