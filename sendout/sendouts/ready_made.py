"""Texts that come with Sendout, for a club that has no templates yet, in English and French.

What the staff has to fill in stands in square brackets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sendout.accounts.models import Language, Organisation
from sendout.compose.models import Category
from sendout.people.models import Participant
from sendout.sendouts.models import Channels


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A text that comes with Sendout. key: its name in addresses."""

    key: str
    language: Language
    name: str
    channels: Channels
    category: Category
    subject: str
    body: str
    sms: str = ""

    @property
    def said(self) -> Mapping[str, str | bool]:
        """The message, as `editing.save` takes it."""
        return {
            "category": self.category.value,
            "subject": self.subject,
            "body": self.body,
            "sms_text": self.sms,
        }


def offered(organisation: Organisation) -> list[ReadyMade]:
    """Give the texts in the languages of the organisation and its people, its own first."""
    people = Participant.objects.filter(organisation=organisation)
    spoken = set(people.order_by().values_list("language", flat=True).distinct())
    own = [ready for ready in READY_MADE if ready.language == organisation.language]
    others = [r for r in READY_MADE if r.language in spoken - {organisation.language}]
    return own + others


def find(key: str) -> ReadyMade | None:
    """Give the text with this key."""
    return next((ready for ready in READY_MADE if ready.key == key), None)


READY_MADE = (
    ReadyMade(
        "closure-en",
        Language.ENGLISH,
        "Closure",
        Channels.BOTH,
        Category.OPERATIONAL,
        "Closed on [day]: [place]",
        """# We are closed on [day]

Hello {{ first_name|there }},

**[Place] is closed on [day], [date], from [time] to [time]**, because of [reason].

- Activities at this time do not take place.
- They are made up for on [date], or credited to your account.
- We expect to open again on [date] at [time].

You do not need to do anything. We are sorry for the change of your plans.

{{ organisation }}
""",
        "{{ organisation }}: [place] is closed on [day] from [time] to [time] ([reason]). "
        "Activities at this time do not take place.",
    ),
    ReadyMade(
        "reminder-en",
        Language.ENGLISH,
        "Reminder",
        Channels.BOTH,
        Category.OPERATIONAL,
        "Reminder: [activity] on [day]",
        """# [Activity] begins on [day]

Hello {{ first_name|there }},

A short reminder: **[activity] begins on [day], [date], at [time]**, at [place].

Please bring:

- [swimsuit, towel and a padlock]
- [water and a snack]

Come ten minutes early the first time. If you cannot come, answer this email.

See you soon,
{{ organisation }}
""",
        "Reminder from {{ organisation }}: [activity] begins on [day] at [time], [place]. "
        "Bring [what].",
    ),
    ReadyMade(
        "welcome-en",
        Language.ENGLISH,
        "Welcome",
        Channels.EMAIL,
        Category.OPERATIONAL,
        "Welcome to {{ organisation }}",
        """# Welcome, {{ first_name|and thank you for joining us }}

We are glad to have you with us at {{ organisation }}. This is good to know for the beginning:

- **Where:** [address, and which door]
- **When:** [opening hours]
- **Who to ask:** [name, phone], or answer this email
- **If we have to close:** we write to this address, and by SMS where we have your number

[Rules, or a link to them]

See you soon,
{{ organisation }}
""",
    ),
    ReadyMade(
        "newsletter-en",
        Language.ENGLISH,
        "Newsletter",
        Channels.EMAIL,
        Category.MARKETING,
        "News from {{ organisation }}: [the most interesting of it]",
        """# [The most interesting news]

Hello {{ first_name|there }},

[Two or three sentences: what is new, and for whom.]

[Register now](https://example.org)

## Also new

- **[Programme]**: [day and time], [for whom]
- **[Event]**: [date], [place]

## Dates

- [Date]: registration opens
- [Date]: [closed for the holiday]

Thank you for being with us,
{{ organisation }}
""",
    ),
    ReadyMade(
        "closure-fr",
        Language.FRENCH,
        "Fermeture",
        Channels.BOTH,
        Category.OPERATIONAL,
        "Fermé [jour] : [lieu]",
        """# Nous sommes fermés [jour]

Bonjour {{ first_name|à vous }},

**[Lieu] est fermé [jour], le [date], de [heure] à [heure]**, en raison de [raison].

- Les activités prévues à ce moment n'ont pas lieu.
- Elles sont reprises le [date], ou portées à votre crédit.
- Nous pensons rouvrir le [date] à [heure].

Vous n'avez rien à faire. Nous sommes désolés de ce changement.

{{ organisation }}
""",
        "{{ organisation }} : [lieu] est fermé [jour] de [heure] à [heure] ([raison]). "
        "Les activités prévues n'ont pas lieu.",
    ),
    ReadyMade(
        "reminder-fr",
        Language.FRENCH,
        "Rappel",
        Channels.BOTH,
        Category.OPERATIONAL,
        "Rappel : [activité], [jour]",
        """# [Activité] commence [jour]

Bonjour {{ first_name|à vous }},

Un petit rappel : **[activité] commence [jour], le [date], à [heure]**, à [lieu].

À apporter :

- [maillot, serviette et cadenas]
- [de l'eau et une collation]

Arrivez dix minutes plus tôt la première fois. En cas d'absence, répondez à ce courriel.

À bientôt,
{{ organisation }}
""",
        "Rappel de {{ organisation }} : [activité] commence [jour] à [heure], [lieu]. "
        "Apportez [quoi].",
    ),
    ReadyMade(
        "welcome-fr",
        Language.FRENCH,
        "Bienvenue",
        Channels.EMAIL,
        Category.OPERATIONAL,
        "Bienvenue : {{ organisation }}",
        """# Bienvenue, {{ first_name|et merci de votre inscription }}

Nous sommes heureux de vous compter parmi nous. Voici ce qu'il est bon de savoir pour commencer :

- **Où :** [adresse, et quelle porte]
- **Quand :** [heures d'ouverture]
- **À qui demander :** [nom, téléphone], ou répondez à ce courriel
- **En cas de fermeture :** nous écrivons à cette adresse, et par texto si nous avons votre numéro

[Règlement, ou un lien vers celui-ci]

À bientôt,
{{ organisation }}
""",
    ),
    ReadyMade(
        "newsletter-fr",
        Language.FRENCH,
        "Infolettre",
        Channels.EMAIL,
        Category.MARKETING,
        "Des nouvelles de {{ organisation }} : [la plus intéressante]",
        """# [La nouvelle la plus intéressante]

Bonjour {{ first_name|à vous }},

[Deux ou trois phrases : ce qui est nouveau, et pour qui.]

[S'inscrire](https://example.org)

## Aussi

- **[Programme]** : [jour et heure], [pour qui]
- **[Événement]** : [date], [lieu]

## Dates

- [Date] : ouverture des inscriptions
- [Date] : [fermé pour le congé]

Merci d'être avec nous,
{{ organisation }}
""",
    ),
)
