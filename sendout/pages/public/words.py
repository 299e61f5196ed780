"""What a recipient reads, in the participant's language."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "language": "English",
        "title": "Your notifications",
        "heading": "What do you want to receive?",
        "email": "By email",
        "sms": "By SMS",
        "of_email": "by email",
        "of_sms": "by SMS",
        "operational": "Notices about your activities",
        "operational_help": "Cancellations, reminders, invoices, safety.",
        "marketing": "News and offers",
        "marketing_help": "New programmes, registration dates, promotions.",
        "always": "These always come by email: they belong to what you signed up for.",
        "email_complaint": "A message to this address was marked as spam, so nothing is sent to it "
        "any more.",
        "email_bad_email": "Messages to this address came back, so nothing is sent to it any more.",
        "email_admin": "{club} has put this address on its list of those not to write to.",
        "email_unsubscribed": "Messages to this address were stopped.",
        "sms_complaint": "A message to this number was reported as spam, so nothing is sent to it "
        "any more.",
        "sms_bad_number": "Messages to this number could not be delivered, so nothing is sent to "
        "it any more.",
        "sms_admin": "{club} has put this number on its list of those not to write to.",
        "sms_unsubscribed": "SMS to this number were stopped by a reply such as STOP. This page "
        "cannot start them again; {club} can.",
        "shared": "Families often share an address or a number. What you choose here is for the "
        "address: it holds for everybody who gets messages there.",
        "save": "Save",
        "leave": "Unsubscribe from everything",
        "come_back": "You can come back at any time: tick a box and save.",
        "saved": "Your choice is saved",
        "nothing_changed": "It was like this already.",
        "stopped": "Stopped: {what} {how}.",
        "resumed": "You will get again: {what} {how}.",
        "undo": "Undo",
        "too_often": "This was changed too often today. Try again tomorrow.",
        "contact": "Questions? Contact",
        "bad_title": "This link does not work",
        "file_gone": "This file cannot be downloaded any more",
        "file_ask": "The link worked for a limited time. For the file, ask",
        "bad_text": "It is not complete, or the message it came with was deleted. Open it again "
        "from the message, or answer the message and ask to be taken off the list.",
    },
    "fr": {
        "language": "Français",
        "title": "Vos notifications",
        "heading": "Que voulez-vous recevoir?",
        "email": "Par courriel",
        "sms": "Par texto",
        "of_email": "par courriel",
        "of_sms": "par texto",
        "operational": "Avis sur vos activités",
        "operational_help": "Annulations, rappels, factures, sécurité.",
        "marketing": "Nouvelles et offres",
        "marketing_help": "Nouveaux programmes, dates d’inscription, promotions.",
        "always": "Ces avis arrivent toujours par courriel: ils font partie de votre inscription.",
        "email_complaint": "Un message à cette adresse a été signalé comme pourriel; plus rien n’y "
        "est envoyé.",
        "email_bad_email": "Les messages à cette adresse sont revenus; plus rien n’y est envoyé.",
        "email_admin": "{club} a mis cette adresse sur sa liste de personnes à ne pas contacter.",
        "email_unsubscribed": "Les messages à cette adresse ont été arrêtés.",
        "sms_complaint": "Un message à ce numéro a été signalé comme pourriel; plus rien n’y est "
        "envoyé.",
        "sms_bad_number": "Les messages à ce numéro n’ont pas pu être livrés; plus rien n’y est "
        "envoyé.",
        "sms_admin": "{club} a mis ce numéro sur sa liste de personnes à ne pas contacter.",
        "sms_unsubscribed": "Les textos à ce numéro ont été arrêtés par une réponse comme ARRET. "
        "Cette page ne peut pas les reprendre; {club} le peut.",
        "shared": "Les familles partagent souvent une adresse ou un numéro. Votre choix vaut pour "
        "l’adresse, donc pour toutes les personnes qui y reçoivent des messages.",
        "save": "Enregistrer",
        "leave": "Me désabonner de tout",
        "come_back": "Vous pouvez revenir en tout temps: cochez une case et enregistrez.",
        "saved": "Votre choix est enregistré",
        "nothing_changed": "C’était déjà ainsi.",
        "stopped": "Arrêté: {what} {how}.",
        "resumed": "Vous recevrez de nouveau: {what} {how}.",
        "undo": "Annuler ce changement",
        "too_often": "Ce choix a été changé trop souvent aujourd’hui. Réessayez demain.",
        "contact": "Des questions? Écrivez à",
        "bad_title": "Ce lien ne fonctionne pas",
        "file_gone": "Ce fichier ne peut plus être téléchargé",
        "file_ask": "Le lien n’était valable que pour un temps. Pour le fichier, écrivez à",
        "bad_text": "Il n’est pas complet, ou le message dont il provient a été supprimé. "
        "Ouvrez-le de nouveau à partir du message, ou répondez au message pour être retiré de la "
        "liste.",
    },
}
