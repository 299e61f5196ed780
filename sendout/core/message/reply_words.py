"""The words by which people stop, start and ask for help by SMS, as `core.message.replies` reads
them: folded (no case, accents, marks), apostrophes and hyphens as blanks, "l arret", "don t".

Sources: CTIA Messaging Principles 5.1.3 and 47 CFR 64.1200(a)(10) for the English keywords; for the
others what carriers and providers take as such.
"""

from __future__ import annotations

import re


def words_of(*lists: str) -> frozenset[str]:
    """Give the words of these lists."""
    return frozenset(" ".join(lists).split())


# Nobody means anything else by these.
STOP = words_of(
    "stop stopall stopnow unsubscribe unsub optout revoke",
    "arret arreter desabonner desabonnement desinscrire desinscription",
    "parar detener desuscribir desuscribirme",
    "sair descadastrar",
    "ferma fermare disiscrivi",
    "stopp stoppen abmelden abmeldung abbestellen",
    "توقف ايقاف اوقف",
)
# Keywords too, but only alone: with "please" they may be about a lesson.
STOP_ALONE = words_of(
    "cancel end quit fin annuler baja alto cancelar cancella cancellare annulla الغاء"
)
START = words_of(
    "start unstop demarrer reprendre iniciar comenzar alta comecar avvia inizia starten",
    "ابدا اشترك بدء",
)
HELP = words_of("help info aide ayuda ajuda aiuto hilfe مساعدة مساعده")

COURTESY = (
    "please", "pls", "plz", "plse", "kindly", "thanks", "thank you", "thank u", "thx", "ty",
    "svp", "stp", "s il vous plait", "s il te plait", "merci", "merci beaucoup",
    "por favor", "porfavor", "gracias", "muchas gracias", "bitte", "danke", "vielen dank",
    "obrigado", "obrigada", "per favore", "per piacere", "grazie",
    "من فضلك", "لو سمحت", "شكرا",
)  # fmt: skip


def any_of(*phrases: str) -> re.Pattern[str]:
    """Compile phrases, which may hold what regular expressions can say, as whole words."""
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b")


# What can be asked to stop. `_OF_IT`: what may stand between.
_WRITING = (
    "(?:text|messag|send|contact|call|e ?mail|mail|writ|spam|bother|harass|bug|annoy|sms|ping)"
)
_OF_IT = "(?: (?:all|the|these|those|this|that|with|your|ur|ever))*"

# Asks for an end in so many words.
NO_MORE = any_of(
    # English
    rf"(?:stop\w*|quit|cease){_OF_IT} {_WRITING}\w*",
    r"no more (?:texts?|messages?|sms|e ?mails?|calls?)",
    r"(?:don t|dont|do not|never|not) (?:ever )?(?:text|message|contact|call|write|e ?mail)"
    r" (?:to )?(?:me|us|this|here|again|any ?more)",
    r"(?:don t|dont|do not) send (?:me |us )?(?:any|more|these|texts?|messages?|sms)",
    r"(?:don t|dont|do not|no longer) (?:want|wish|need)(?: to)?"
    r" (?:(?:get|receive|hear) )?(?:any |these |this |your |more |further )*"
    r"(?:texts?|messages?|sms|from you|contact)",
    r"^(?:remove|delete|no more)$",
    r"leave (?:me|us) alone",
    r"lose (?:my|this) number",
    r"(?:remove|delete) (?:me|us|this (?:number|phone)|my (?:number|name|phone|cell|contact))",
    r"(?:take|get) (?:me|us|my (?:number|name)) (?:off|out)",
    r"opt(?:ing|ed)? (?:me |us )?out",
    r"(?:this is|reported as|reporting (?:this|you) (?:as|for)|report you) spam",
    r"spamm\w+",
    # French
    r"(?:ne |n )?(?:me |m |nous |plus ){1,3}(?:ecri|envo|contact|text|appel)\w* (?:plus|pas)",
    r"plus (?:me|m|nous) (?:ecri|envo|contact|text|appel)\w*",
    r"plus (?:de|aucun) (?:messages?|textos?|sms|courriels?)",
    r"(?:cess|arret)\w* (?:de |d )?(?:me |m |nous )?(?:ecri|envo|contact|text|appel)\w*",
    r"(?:retir|enlev|supprim|effac)\w+ (?:moi|nous|mon (?:numero|nom)|ce numero)",
    r"(?:me|m) (?:retirer|enlever|supprimer|desabonner|desinscrire)",
    r"laiss\w+ (?:moi|nous) tranquilles?",
    # Spanish, Portuguese, Italian
    r"(?:dej|par)\w{1,3} de (?:me |nos )?(?:escrib|mand|envi|molest|contact|escrev)\w*",
    r"(?:no|nao) (?:me |nos )?(?:escrib|mand|envi|molest|contact|escrev)\w* (?:mas|mais)",
    r"(?:no|nao) quier?o (?:mas|mais|recib\w*|receber) ?\w*",
    r"(?:darme|dar|darse|denme|deme) de baja",
    r"(?:me|nos) (?:tire|retire|remova)m?",
    r"(?:elimin|quit|borr)\w{2,4} (?:mi|este) (?:numero|nombre)",
    r"smett\w+ di \w+",
    r"non (?:mi |ci )?(?:scriv|mand|inviat?|contatt)\w* piu",
    r"basta (?:messaggi|sms|mensajes|mensagens)",
    # German
    r"hor\w* (?:sie |bitte |endlich |mal )*auf",
    r"kein\w* (?:weiteren? |mehr )?(?:sms|nachrichten)(?: mehr)?",
    r"(?:schreib|schick|send)\w* (?:sie |ihr )?(?:mir|uns) (?:bitte )?(?:nicht|nichts|keine) ?\w*",
    r"losch\w+ (?:sie )?(?:bitte )?(?:meine|diese) nummer",
    # Arabic
    r"لا (?:ترسل|تراسل|تتصل)\w*",
    r"(?:احذف|ازل)\w* رقمي",
)

# Says that somebody else was meant.
WRONG_NUMBER = any_of(
    r"wrong (?:number|person|phone|cell|contact|family|guy|lady)",
    r"not my (?:kid|kids|child|children|son|daughter|number|phone)",
    r"(?:don t|dont|do not) (?:even )?have (?:a |any )?(?:kids?|child|children|son|daughter)",
    r"(?:don t|dont|do not) know (?:you|who (?:you are|this is|u are)|what this is)",
    r"who(?:s| s| is| the hell is| tf is) (?:this|dis)"
    r"(?! (?:for|class|lesson|about|coach|teacher|instructor))",
    r"who (?:are|r) (?:you|u)",
    r"who dis",
    r"(?:mauvais|faux|pas le bon) numero",
    r"erreur (?:de|sur le) (?:numero|personne)",
    r"tromp\w* de (?:numero|personne)",
    r"(?:mauvaise|pas la bonne) personne",
    r"pas (?:mon|notre) (?:enfant|fils|numero)|pas (?:ma|notre) fille",
    r"(?:n ai|j ai|avons) pas d enfants?",
    r"qui etes vous|qui est ce$|c est qui(?: ca)?$",
    r"numero (?:equivocado|errado|incorrecto|sbagliato)",
    r"(?:equivocado|sbagliato|errado|errou) (?:de |o |il )?numero",
    r"no es mi (?:hij[oa]|numero)|no tengo hij[oa]s?",
    r"nao (?:e (?:o |a )?(?:meu|minha) (?:filho|filha|numero)|tenho filhos?)",
    r"quien (?:es|eres)$|quem (?:e|e voce)$|chi (?:e|sei)$",
    r"falsche\w* (?:nummer|person)|nicht mein\w* (?:kind|sohn|tochter|nummer)|keine kinder",
    r"wer (?:ist (?:das|da)|sind sie|bist du)",
    r"رقم (?:خاطي|خاطء|خطا|غلط)|الرقم (?:خطا|خاطي|غلط)|من (?:انت|هذا|معي)$",
)

# A stem that means an end wherever it stands, but in what `HARMLESS` takes out.
STEM = any_of(
    r"s+t+o+p+(?!ed\b|s\b|over\b|watch\b|gap\b)\w*",
    r"st0p|sotp|stpo",
    r"arret\w*",
    r"unsub\w*|unsusc\w*",
    r"opt ?out",
    r"desab\w*|desinscr\w*|desuscr\w*|descadastr\w*|disiscri\w*",
    r"abmeld\w*|abbestell\w*|stopp\w*",
    r"توقف\w*|اوقف\w*|ايقاف",
)
_STOP = r"stop(?:ped|ping|s)?"
HARMLESS = any_of(
    rf"(?:bus|train|tram|metro|subway|next|last|first|second|pit|full|rest|non|door|quick|short"
    rf"|the|a|my|our|your|their) {_STOP}",
    rf"{_STOP} (?:by|in|over|off|near|to|at(?! once\b)|for(?! good\b)|on the way)",
    r"stop (?:signs?|lights?|watch|sound)",
    rf"(?:can t|cant|cannot|can not|couldn t|won t|wont|wouldn t|didn t|doesn t|hasn t|don t|dont"
    rf"|do not|never|not|nothing will) (?:ever )?{_STOP}",
    rf"(?:rain|snow|fun|music|bleeding|fever) {_STOP}",
    rf"{_STOP} (?:laughing|crying|raining|snowing|smiling|thinking|worrying|growing|eating|talking"
    rf"|bleeding|swimming|dancing|singing|playing|working|watching|loving|coughing)",
    r"(?:l|un|d|sans|s|m|cet|prochain|dernier) arret\w*",
    r"n arret\w* (?:pas|jamais)",
    r"arrets? (?:de |d )?(?:auto)?(?:bus|metro|train|car|travail)",
)
