"""Who wrote a mail: a mail server, an auto-responder, a challenge, or a person."""

from __future__ import annotations

import re

from sendout.core.bounces.parts import Headers, header

_DAEMON = re.compile(
    r"mailer[-_. ]?daemon|mail[-_. ]?daemon|\bm?daemon@|post[-_. ]?master|mail[-_ ]?admin|(mail|"
    r"message|e-?mail) ?(delivery|transfer|transport)|delivery[-_. ]?(sub)?system|"
    r"system[-_. ]?admin|mail[-_. ]?system|mailerdaemon|mailer@|bounce|undeliver|"
    r"microsoft exchange|mail ?gateway|<>",
    re.I,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|returned (mail|to sender)|return(ing)? (mail|message|to sender)|"
    r"delivery[ _-]*(status|fail|notif|report|problem|error|delay|unsuccess|incomplete|impossible|"
    r"has)|fail(ed|ure)?\W+(notice|delivery|mail|message|to deliver)|non[- ]?deliver|(mail|"
    r"message|e-?mail|delivery)\b.{0,40}\b(fail|error|reject|not (be )?(been )?(sent|deliver)|"
    r"return|block|refus|bounce|warning|problem|delayed|could ?n.t)|(could|can)( ?not|"
    r"n't) (be )?(send|sent|deliver)|warning: (could not|message|e-?mail|mail)|(unknown|"
    r"invalid) (user|address|recipient)|user unknown|delayed mail|mail box full|permanent error|"
    r"rejected\b|not delivered|unable to deliver|ndn:|ndr:|mail could not|[ée]chec|non remis|"
    r"non d[ée]livr|retour|impossible|unzustellbar|zustell|nicht zugestellt|"
    r"no (se )?(ha )?(podido|pudo|puede|entreg)|devuelto|fallo|mancata consegna|non recapitabil|"
    r"n[ãa]o (foi )?entreg|devolv|onbestelbaar|niet bezorgd|配信|送信|エラー|不達|退信|"
    r"не (доставлен|удал)|недостав|niedostarcz|niedor[ęe]cz|nie (mo[żz]na|uda[łl]o).{0,20}dostarcz|"
    r"nedoru[čc]|k[ée]zbes[íi]thetetlen|teslim (edilem|hatas)|oleverer|(kan|kunne|kunde|har) (inte|"
    r"ikke|ej) (bli )?lever|ikke (afleveret|leveret|levert)|toimit\w+ (ep[äa]onn|ei)|"
    r"ei voi\w* toimit|"
    r"nelivra|无法(送达|投递)|無法傳遞|전달할 수 없|παράδοσ",
    re.I,
)
_ANSWER_SUBJECT = re.compile(
    r"^\s*(re|aw|sv|vs|antw|res|rif|tr|fwd?|wg|rv|enc|i)\s*(\[\d+\])?:", re.I
)
_QUOTES = re.compile(
    r"^>(?!>>)|wrote:|a [ée]crit|schrieb|escribi[óo]|forwarded (message|mail|by)|original message-",
    re.I | re.M,
)
_AUTO_SUBJECT = re.compile(
    r"out of (the )?office|\boof\b|\booo\b|auto[- ]?(matic )?(repl|respon|answer|re:)|"
    r"automatic (reply|response)|away from|on (vacation|holiday|leave)|vacation|(thank you|"
    r"thanks) for (contacting|your|e-?mailing)|we (have )?received your|r[ée]ponse automatique|"
    r"absen(t|ce|cia)|en cong[ée]s?\b|en vacances|accus[ée] de r|abwesen|automatische (antwort|"
    r"beantwort)|nicht im (b[üu]ro|haus)|im urlaub|respuesta autom|fuera de (la )?oficina|"
    r"de vacaciones|risposta automatica|fuori (ufficio|sede)|resposta autom|f[ée]rias|afwezig|"
    r"automatisch antwoord|自動(応答|返信)|不在|自动(回复|答复)|автоответ|^auto:|ticket (received|"
    r"created)|"
    r"autosvar|frånvar|automatisk (svar|besked)|automaattinen vastaus|poissa|odpowied[źz] autom|"
    r"autoodpowied|nieobecno|automatick[áa] odpov|nep[řr][íi]tomn|automatikus v[áa]lasz|"
    r"h[áa]zon k[íi]v[üu]l|otomatik yan[ıi]t|r[ăa]spuns automat|(automatski|samodejni) odgovor|"
    r"αυτ[όο]ματη απ[άα]ντηση|автоматич\w+ (ответ|відпов)|자동 ?(회신|응답)|부재|رد تلقائي|تلقائي|"
    r"מענה אוטומטי|תשובה אוטומטית",
    re.I,
)
_AUTO_HEADERS = (
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-autoresponse",
    "x-auto-reply", "x-auto-response-from", "x-vacation", "x-mail-autoreply", "x-cron-env",
    "x-ms-exchange-generated-message-source-oof",
)  # fmt: skip
_CHALLENGE_FROM = re.compile(
    r"spamarrest|boxbe|bluebottle|mailblocks|sendio|knowspam|0spam|\btmda\b|vanquish|digiportal|"
    r"choicemail|mailinblack|antispam ?uol|spamblocker|spamlion|spamcease|spamfence|challenge|"
    r"-confirm-|cleanmessage|mailfrontier|easyantispam|altospam",
    re.I,
)
_CHALLENGE_SUBJECT = re.compile(
    r"(please |must |action required.{0,20}|need to )(confirm|verify|validate|authenticate)|"
    r"(verification|confirmation|authenti[fc]\w+|challenge) (is )?(requ|needed|demand)|(confirm|"
    r"verify) your (e-?mail|message|identity)|your (e-?mail|message) requires? |waiting list|"
    r"spam ?(block|arrest|protect)|demande d'authentification|v[ée]rif\w+ (de )?(votre|l')|"
    r"your message .{0,60}(waiting|held|pending)",
    re.I,
)
_CHALLENGE_WORDS = re.compile(
    r"(click|follow|visit|reply|respond)[^.]{0,120}\bto (this|verify|confirm|prove|release|"
    r"deliver|authenticate|have your|be added|request)|prove (that )?you('re| are)|not (yet )?(on|"
    r"in) (my|the|their|his|her) (approved|guest|allowed|white|safe|accept)\w* ?(senders?|list)|"
    r"one[- ]time (verification|authentication|confirmation)|(confirm|verify|"
    r"prove)[^.]{0,60}\b(human|real person|not (a )?(spam|machine|robot))|"
    r"cliqu\w+ [^.]{0,120}(authentifi|confirm|valid|v[ée]rifi)|challenge[- /]response",
    re.I,
)


def is_daemon(headers: Headers) -> bool:
    """Tell whether the mail comes from a mail server: by its name or by its empty return path."""
    path = headers.get("return-path")
    if path is not None and path.strip(" <>").lower() in ("", "mailer-daemon", "#@[]"):
        return True
    return is_named_daemon(headers) or "x-failed-recipients" in headers


def is_named_daemon(headers: Headers) -> bool:
    """Tell whether the mail calls itself one of a mail server."""
    sender = header(headers, "from") or header(headers, "sender") or "<>"
    return _DAEMON.search(sender) is not None


def has_bounce_subject(headers: Headers) -> bool:
    """Tell whether the subject, or the type, is that of a bounce or of an answer to one."""
    report = "report-type=delivery-status" in headers.get("content-type", "").lower()
    return report or _BOUNCE_SUBJECT.search(header(headers, "subject")) is not None


def is_answer(headers: Headers) -> bool:
    """Tell whether the subject is that of an answer to a mail or of a forwarded one."""
    return _ANSWER_SUBJECT.search(header(headers, "subject")) is not None


def is_thread(headers: Headers, words: str) -> bool:
    """Tell whether a mail answers another one or quotes it, as people do."""
    return "in-reply-to" in headers or "references" in headers or _QUOTES.search(words) is not None


def is_auto_reply(headers: Headers) -> bool:
    """Tell whether a machine answers for a person (RFC 3834 and what came before it)."""
    submitted = headers.get("auto-submitted", "").strip().lower()
    precedence = headers.get("precedence", "") + headers.get("x-precedence", "")
    return (
        submitted.startswith(("auto-replied", "auto-generated", "auto-notified", "vacation"))
        or any(name in headers for name in _AUTO_HEADERS)
        or re.search(r"auto[-_]?reply|auto_?respond", precedence, re.I) is not None
        or "vacation" in headers.get("x-apple-action", "").lower()
        or has_auto_subject(headers)
    )


def has_auto_subject(headers: Headers) -> bool:
    """Tell whether the subject is that of an out-of-office notice or of a receipt."""
    return _AUTO_SUBJECT.search(header(headers, "subject")) is not None


def is_challenge(headers: Headers, words: str) -> bool:
    """Tell whether a filter asks the sender to prove to be a person."""
    who = " ".join(header(headers, name) for name in ("from", "sender", "reply-to", "return-path"))
    service = _CHALLENGE_FROM.search(who) is not None
    subject = _CHALLENGE_SUBJECT.search(header(headers, "subject")) is not None
    asked = _CHALLENGE_WORDS.search(words[:6_000]) is not None
    return service + subject + asked >= 2
