"""What the staff can copy to the client, in the client's language."""

from __future__ import annotations

from sendout.core.delivery.ending import Ending

# By ending. {said}: the subject or the first words; {address}; {when}; {sender}: the from-address
# or number; {why}: what the receiving server said, in plain words.
HELLO = {"en": "Hello {name},", "fr": "Bonjour {name},"}
STRANGER = {"en": "Hello,", "fr": "Bonjour,"}
EMAIL: dict[str, dict[str, str]] = {
    "en": {
        "nothing": "We looked into it: no message was sent to you yet. We will see to it that you "
        "get the next one.",
        "not_asked": "We looked into it: our message “{said}” was not sent to you. We are sorry, "
        "and will see to it.",
        "no_address": "We have no email address of yours. Which one may we use?",
        "invalid": "The email address that we have of you, {address}, is not complete or has a "
        "slip in it. Which one may we use?",
        "duplicate": "Our message “{said}” went to {address}, once for everybody in your family "
        "who has this address. Please look there, in the spam and promotions folders too.",
        "left": "You get no news and offers by email at {address}, because somebody unsubscribed "
        "this address. If you want them again, open the link at the bottom of any of our emails "
        "and tick “News and offers”.",
        "complained": "A message from us was marked as spam at {address}, so we cannot write to "
        "it any more. If that was a mistake, mark it as “not spam” and tell us; or give us "
        "another address.",
        "known_bad": "Our messages to {address} come back, so we stopped writing to it. Which "
        "address may we use?",
        "listed": "We have noted not to write to {address}. If you want to hear from us again, "
        "please tell us.",
        "expired": "Our message “{said}” was no longer of use when its turn came, and was not "
        "sent to you. Please ask us if you want to know more.",
        "cancelled": "Our message “{said}” was stopped before it was sent to you. Please ask us "
        "if you want to know more.",
        "waiting": "Our message “{said}” is on its way to {address}. Please look again a little "
        "later.",
        "later": "Our message “{said}” is on its way: the mail server of {address} asked us to "
        "come again later, and we keep trying. Please look again tomorrow, in the spam and "
        "promotions folders too.",
        "unsure": "We sent “{said}” to {address} on {when}, but do not know whether it arrived. "
        "Please tell us if you cannot find it in the spam and promotions folders either.",
        "wrong_address": "Our message “{said}” to {address} came back: nobody can be reached "
        "there. Which address may we use?",
        "mailbox": "Our message “{said}” to {address} came back. {why} Please ask your mail "
        "provider, or give us another address.",
        "refused": "Our message “{said}” to {address} came back. {why} Please add {sender} to "
        "your safe senders, or give us another address.",
        "ours": "Our message “{said}” could not be delivered for a reason on our side. We are "
        "sorry, and will send it again.",
        "accepted": "We sent “{said}” to {address} on {when}, and your mail server took it. "
        "Please look:\n"
        "1. in the folder for spam or junk,\n"
        "2. under Promotions, Updates or Other,\n"
        "3. in all folders, by searching for {sender},\n"
        "4. whether somebody else reads this mailbox, or it is forwarded.\n"
        "So that the next one is not lost, mark it as “not spam” and add {sender} to your "
        "contacts or safe senders.",
        "seen": "We sent “{said}” to {address} on {when}, and it was opened there. Perhaps "
        "somebody else of your family read it: please search all folders for {sender}.",
    },
    "fr": {
        "nothing": "Nous avons vérifié: aucun message ne vous a encore été envoyé. Nous "
        "veillerons à ce que vous receviez le prochain.",
        "not_asked": "Nous avons vérifié: notre message « {said} » ne vous a pas été envoyé. Nous "
        "en sommes désolés et nous nous en occupons.",
        "no_address": "Nous n’avons pas votre adresse courriel. Laquelle pouvons-nous utiliser?",
        "invalid": "L’adresse courriel que nous avons, {address}, est incomplète ou contient une "
        "erreur. Laquelle pouvons-nous utiliser?",
        "duplicate": "Notre message « {said} » est parti à {address}, une seule fois pour toutes "
        "les personnes de votre famille qui ont cette adresse. Regardez-y, s’il vous plaît, aussi "
        "dans les dossiers Indésirables et Promotions.",
        "left": "Vous ne recevez plus nos nouvelles et offres par courriel à {address}, car cette "
        "adresse a été désabonnée. Pour les recevoir de nouveau, ouvrez le lien au bas d’un de "
        "nos courriels et cochez « Nouvelles et offres ».",
        "complained": "Un de nos messages à {address} a été signalé comme pourriel; nous ne "
        "pouvons plus y écrire. Si c’était une erreur, marquez-le comme « légitime » et "
        "dites-le-nous, ou donnez-nous une autre adresse.",
        "known_bad": "Nos messages à {address} nous reviennent; nous avons donc cessé d’y écrire. "
        "Quelle adresse pouvons-nous utiliser?",
        "listed": "Nous avons noté de ne pas écrire à {address}. Si vous voulez de nouveau "
        "recevoir nos messages, dites-le-nous.",
        "expired": "Notre message « {said} » n’était plus utile quand son tour est venu et ne "
        "vous a pas été envoyé. Écrivez-nous si vous voulez en savoir plus.",
        "cancelled": "Notre message « {said} » a été arrêté avant de vous être envoyé. "
        "Écrivez-nous si vous voulez en savoir plus.",
        "waiting": "Notre message « {said} » est en route vers {address}. Regardez de nouveau un "
        "peu plus tard.",
        "later": "Notre message « {said} » est en route: le serveur de {address} nous a demandé "
        "de revenir plus tard, et nous continuons d’essayer. Regardez de nouveau demain, aussi "
        "dans les dossiers Indésirables et Promotions.",
        "unsure": "Nous avons envoyé « {said} » à {address} le {when}, mais nous ne savons pas "
        "s’il est arrivé. Dites-nous si vous ne le trouvez pas, même dans les dossiers "
        "Indésirables et Promotions.",
        "wrong_address": "Notre message « {said} » à {address} nous est revenu: personne ne peut "
        "y être joint. Quelle adresse pouvons-nous utiliser?",
        "mailbox": "Notre message « {said} » à {address} nous est revenu. {why} Adressez-vous à "
        "votre fournisseur de courriel, ou donnez-nous une autre adresse.",
        "refused": "Notre message « {said} » à {address} nous est revenu. {why} Ajoutez {sender} "
        "à vos expéditeurs approuvés, ou donnez-nous une autre adresse.",
        "ours": "Notre message « {said} » n’a pas pu être livré pour une raison de notre côté. "
        "Nous en sommes désolés et nous l’enverrons de nouveau.",
        "accepted": "Nous avons envoyé « {said} » à {address} le {when}, et votre serveur de "
        "courriel l’a accepté. Regardez, s’il vous plaît:\n"
        "1. dans le dossier Indésirables ou Pourriel,\n"
        "2. sous Promotions, Notifications ou Autres,\n"
        "3. dans tous les dossiers, en cherchant {sender},\n"
        "4. si quelqu’un d’autre lit cette boîte, ou si elle est transférée.\n"
        "Pour ne pas perdre le prochain, marquez-le comme « légitime » et ajoutez {sender} à vos "
        "contacts ou expéditeurs approuvés.",
        "seen": "Nous avons envoyé « {said} » à {address} le {when}, et il y a été ouvert. "
        "Peut-être que quelqu’un d’autre de votre famille l’a lu: cherchez {sender} dans tous les "
        "dossiers.",
    },
}
SMS: dict[str, dict[str, str]] = {
    "en": {
        "no_address": "We have no mobile number of yours. Which one may we use?",
        "invalid": "The mobile number that we have of you, {address}, is not complete. Which one "
        "may we use?",
        "no_texts": "The number that we have of you, {address}, is a landline, which receives no "
        "texts. Which mobile number may we use?",
        "duplicate": "Our message “{said}” went to {address}, once for everybody in your family "
        "who has this number. Please look there.",
        "left": "SMS to {address} were stopped, by an answer such as STOP or by the link in one "
        "of our emails. If you want them again, please tell us.",
        "complained": "A message from us to {address} was reported as spam, so we cannot write to "
        "it any more. If that was a mistake, please tell us.",
        "known_bad": "Our messages to {address} cannot be delivered, so we stopped writing to it. "
        "Which number may we use?",
        "later": "Our message “{said}” is on its way: your carrier asked us to come again later, "
        "and we keep trying.",
        "unsure": "We sent “{said}” to {address} on {when}, but do not know whether it arrived. "
        "Please tell us if it did not.",
        "wrong_address": "Our message “{said}” to {address} could not be delivered: this number "
        "takes no SMS. Which one may we use?",
        "mailbox": "Our message “{said}” to {address} could not be delivered. {why} Please look "
        "whether your phone is on and takes SMS, or give us another number.",
        "refused": "Our message “{said}” to {address} was refused by your carrier. {why}",
        "accepted": "We sent “{said}” to {address} on {when}, and your carrier took it. Please "
        "look in the blocked and spam messages of your phone, and whether {sender} is blocked "
        "there.",
        "seen": "We sent “{said}” to {address} on {when}, and it was answered from there. Perhaps "
        "somebody else of your family did.",
    },
    "fr": {
        "no_address": "Nous n’avons pas votre numéro de cellulaire. Lequel pouvons-nous utiliser?",
        "invalid": "Le numéro de cellulaire que nous avons, {address}, est incomplet. Lequel "
        "pouvons-nous utiliser?",
        "no_texts": "Le numéro que nous avons, {address}, est un téléphone fixe, qui ne reçoit pas "
        "de textos. Quel numéro de cellulaire pouvons-nous utiliser?",
        "duplicate": "Notre message « {said} » est parti à {address}, une seule fois pour toutes "
        "les personnes de votre famille qui ont ce numéro. Regardez-y, s’il vous plaît.",
        "left": "Les textos à {address} ont été arrêtés, par une réponse comme ARRET ou par le "
        "lien d’un de nos courriels. Si vous les voulez de nouveau, dites-le-nous.",
        "complained": "Un de nos messages à {address} a été signalé comme pourriel; nous ne "
        "pouvons plus y écrire. Si c’était une erreur, dites-le-nous.",
        "known_bad": "Nos messages à {address} ne peuvent pas être livrés; nous avons donc cessé "
        "d’y écrire. Quel numéro pouvons-nous utiliser?",
        "later": "Notre message « {said} » est en route: votre opérateur nous a demandé de "
        "revenir plus tard, et nous continuons d’essayer.",
        "unsure": "Nous avons envoyé « {said} » à {address} le {when}, mais nous ne savons pas "
        "s’il est arrivé. Dites-nous si ce n’est pas le cas.",
        "wrong_address": "Notre message « {said} » à {address} n’a pas pu être livré: ce numéro "
        "ne reçoit pas de textos. Lequel pouvons-nous utiliser?",
        "mailbox": "Notre message « {said} » à {address} n’a pas pu être livré. {why} Vérifiez "
        "que votre téléphone est allumé et reçoit des textos, ou donnez-nous un autre numéro.",
        "refused": "Notre message « {said} » à {address} a été refusé par votre opérateur. {why}",
        "accepted": "Nous avons envoyé « {said} » à {address} le {when}, et votre opérateur l’a "
        "accepté. Regardez dans les messages bloqués et indésirables de votre téléphone, et si "
        "{sender} y est bloqué.",
        "seen": "Nous avons envoyé « {said} » à {address} le {when}, et quelqu’un y a répondu. "
        "Peut-être quelqu’un d’autre de votre famille.",
    },
}


def words(channel: str, language: str, ending: Ending) -> str:
    """Give the text for the client with its gaps; what SMS does not say otherwise, email does."""
    ending = Ending.ACCEPTED if ending is Ending.DELIVERED else ending
    by_sms = SMS[language].get(ending)
    by_email = EMAIL[language].get(ending)
    return (by_sms if channel == "sms" else None) or by_email or by_sms or ""
