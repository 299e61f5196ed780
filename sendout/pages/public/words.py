"""What a recipient reads, in the participant's language."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Unsubscribe",
        "ask": "Do you want to stop getting messages?",
        "email_marketing": "You will get no more news and offers by email at this address.",
        "email_operational": "Notices about your activities, such as cancellations and invoices, "
        "still come by email.",
        "sms": "You will get no more SMS at this number.",
        "button": "Unsubscribe",
        "done": "You are unsubscribed",
        "back": "Did you not mean to? You can come back.",
        "back_button": "Subscribe again",
        "returned": "You are subscribed again",
        "returned_text": "You will get messages as before.",
        "stopped_otherwise": "This address is on the organisation's list for another reason. "
        "Write to them if you want to hear from them again.",
        "contact": "Questions? Contact",
        "bad_title": "This link does not work",
        "bad_text": "It is not complete, or the message it came with was deleted. Open it again "
        "from the message, or answer the message and ask to be taken off the list.",
    },
    "fr": {
        "title": "Se désabonner",
        "ask": "Voulez-vous ne plus recevoir de messages?",
        "email_marketing": "Vous ne recevrez plus de nouvelles ni d’offres par courriel à cette "
        "adresse.",
        "email_operational": "Les avis qui concernent vos activités, comme les annulations et les "
        "factures, arrivent toujours par courriel.",
        "sms": "Vous ne recevrez plus de textos à ce numéro.",
        "button": "Me désabonner",
        "done": "Vous êtes désabonné",
        "back": "C’était une erreur? Vous pouvez revenir.",
        "back_button": "Me réabonner",
        "returned": "Vous êtes de nouveau abonné",
        "returned_text": "Vous recevrez les messages comme avant.",
        "stopped_otherwise": "Cette adresse est sur la liste de l’organisme pour une autre raison. "
        "Écrivez-lui si vous voulez de nouveau recevoir ses messages.",
        "contact": "Des questions? Écrivez à",
        "bad_title": "Ce lien ne fonctionne pas",
        "bad_text": "Il n’est pas complet, ou le message dont il provient a été supprimé. "
        "Ouvrez-le de nouveau à partir du message, ou répondez au message pour être retiré de la "
        "liste.",
    },
}
