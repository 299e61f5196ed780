"""The words by which servers say why they refuse a message, as patterns for `codes.TABLE`.

English as the large mail servers and mailbox providers write it; French, German, Spanish, Italian,
Portuguese and Dutch as mail servers of those countries do. Each gap in a pattern has an end, so
that a long text takes linear time.
"""

from __future__ import annotations

SIGN_IN_MISSING = (
    r"authentication (is )?required|must (authenticate|log ?in)|not (authenticated|"
    r"logged in)(?! to send to)"
)
NO_RELAY = (
    r"relay(ing)? (access |is |was )?(denied|prohibited|not (permitted|allowed))|(unable|"
    r"not (permitted|allowed)|refus\w+|cannot|attempted) to relay|no relay|we do not relay|"
    r"allowed rcpthosts|relaying mail|relay operation|open relay|relay.{0,20}(not|denied)"
)
FROM_REFUSED = (
    r"your (mail |e-?mail )?(domain|address|sender)( name)? (is |was )?(does|not|invalid|unknown)|"
    r"(sender|from|return)[- ]?(address |domain |path )?(is )?(rejected|denied|refused|unknown|"
    r"blocked|invalid|not (allowed|found|exist)|does not exist|verify failed|cannot be verified)|"
    r"(invalid|unknown|bad|could not verify|cannot verify|unresolvable|fix|"
    r"forged) (the )?(mail )?(sender|from|reverse-path|return-path)|sender verif|"
    r"not owned by user|from[- ]address .{0,80}not (allowed|permitted)|not allowed to send|"
    r"sender.{0,30}black ?list|(domain of|unrout\w+) (the )?sender|from: domain|mail ?from domain|"
    r"sender domain|callback .{0,20}fail|not a valid sender|authori[sz]ed to send (mail |"
    r"email )?(from|as|on behalf)"
)
UNPROVEN = (
    r"\b(spf|dkim|dmarc)\b|reverse dns|\b[rf]dns\b|\bptr\b|unauthenticated (mail|email)|"
    r"unverif\w+ sending|mismatch\w* client|ip name lookup|hostname .{0,20}(invalid|resolve)|"
    r"sender id|no (hostname|dns|ptr) .{0,30}(ip|client)|authentication information"
)
BAD_LINK = r"\b(uribl|surbl|dbl)\b|(url|link|uri|domain)s? .{0,30}(in|of) (the |this |your )?"
BAD_LINK += r"(message|mail|body|content)|(contains|containing) .{0,20}(url|link|uri|domain)"
# For what it says or how it is made, in words that also speak of blocks.
BAD_FORM = (
    r"blocked because (its|the|of (its|the)) content|"
    r"potential\W+(\d{3}[- ]\S{1,8} )?security issue|"
    r"not rfc.{0,3}5?[38]22.{0,3}compliant|(multiple|duplicate) (subject|from|to|date)\b.{0,20}"
    r"header|multiple .{0,20}addresses in from|blocked by (our|the|a) .{0,20}(spam|bulk|junk)|"
    r"spam ?signature"
)
BLOCKED = (
    r"block ?list|black ?list|deny ?list|reject ?list|\b[a-z]*[rd]nsbl\b|\b[rx]bl\b|spamhaus|"
    r"spamcop|barracuda|sorbs|senderscore|uceprotect|abusix|cloudmark|banned|reputation|"
    r"blocked (using|by|due|for)|(sender|e-?mail|message|mail) .{0,20}\bblocked\b|\b(ip|host|"
    r"client|server|network|address|domain)\b.{0,40}(\bblocked|\blisted|\bbanned)|(refus|reject|"
    r"den|block)\w+ .{0,30}(from|your) .{0,20}(ip|network|host|server)\b|"
    r"dynamic(ally)?\b.{0,30}(ip|address|host|rang|pool)|dial-?up|open proxy|\b(ip|connection|"
    r"client|network|host)s?\b (address )?.{0,30}(has been |was |is |are )?(rejected|denied|"
    r"refused by|not allowed|prohibited)|abus(e|ive)\b.{0,30}(ip|network|host|detected|from)|(bad|"
    r"invalid) helo|helo command|501[ -](5\.\d\.\d )?invalid domain name|"
    r"use the smtp server of your|"
    r"messages from \[?[\da-f.:]{7,39}\]? (weren't|were not|was not) sent|invalid ip for sending|"
    r"\bip=[\da-f.:]{7,39} - .{0,200}\(bl\)"
)
TOO_FAST = (
    r"too many (connections|messages|mails|emails|sessions|concurrent|errors|smtp|invalid|"
    r"recipients)|unexpected volume|user complaints|frequency limit|(relay|daily|hourly) quota|"
    r"(rate|sending|connection|message|hourly|daily|recipient)s?[- ](rate |sending )?limit|"
    r"throttl|sending too (fast|many|much)|unusual(ly)? (rate|traffic|high)|slow down|"
    r"exceeded .{0,40}(messages|connections|rate|per (hour|day|minute))|deferred.{0,20}complaints"
)
FULL = (
    r"messages in .{0,20}mailbox.{0,20}exceed|mail ?box exceeds|over[- ]?(the )?(disk |storage |"
    r"mail |allowed )?quota|quota.{0,30}(exce|"
    r"full|over|d[ée]pass|reached|violat)|exce.{0,60}(quota|storage|mailbox size|space|capacity)|"
    r"(would|will) exceed .{0,20}(mailbox|quota)|(mail ?box|inbox|mail ?folder|maildir|mail ?drop|"
    r"account|user|recipient|storage|disk|queue)\W{0,3}.{0,40}(\bfull\b|out of (storage|space)|"
    r"has reached .{0,30}(limit|size|quota)|limit exceeded|size limit|too (full|large))|"
    r"full mailbox|mail(box)? is full|zu ?viele (mails|nachrichten)|(insufficient|not enough|no|"
    r"out of) (disk |storage |system |mailbox )*(space|storage)|too (much|many) (mail|data|"
    r"messages) (stored|in|on)|bo[îi]te.{0,40}(pleine|satur)|quota.{0,40}(atteint|d[ée]pass)|"
    r"d[ée]passement de quota|(postfach|mailbox|speicherplatz).{0,40}(voll|[üu]berf|ersch|"
    r"[üu]berschritten)|(buz[óo]n|casilla).{0,40}llen|cuota.{0,30}(exced|super)|"
    r"casella.{0,30}piena|caixa.{0,30}cheia|(brievenbus|mailbox|postvak).{0,20}\bvol\b|"
    r"メールボックス.{0,20}(いっぱい|容量)|容量.{0,10}(超|不足)|邮箱.{0,10}满|"
    r"ящик.{0,30}(переполнен|заполнен|полон)|skrzynka.{0,30}(pe[łl]na|przepe[łl]n)|"
    r"schr[áa]nk[ay].{0,30}pln[áa]|postafi[óo]k.{0,30}(tele|megtelt)|posta kutusu.{0,30}dol|"
    r"(brevl[åa]d|postkasse|postboks).{0,30}(full|fuld)|postilaatikko.{0,30}t[äa]ynn"
)
TOO_LARGE = (
    r"(message|mail|size|header|file|attachment)s?\b.{0,30}(too (big|large)|(?<!queue )too long|"
    r"exceed)|line (length )?limit|too (big|large)\b|(maximum|max|fixed) (message |mail |"
    r"file )?size|size limit|larger than|message length|trop (volumineux|grand|gros)|zu gro(ß|ss)|"
    r"demasiado grande"
)
REFUSED_CONTENT = (
    r"\bspam(my|ming)?\b(?! ?haus)|\buce\b|\bube\b|unsolicited|bulk (mail|email|message)|"
    r"junk ?-?mail|virus|malware|infected|worm\b|phish|suspicious|pourriel|ind[ée]sirable|"
    r"(content|body|message|mail|attachment|subject|file|header)s? .{0,30}(denied|prohibited|"
    r"restrict|objection|offens|inappropriate|forbidden|dangerous|blocked|not allowed)|"
    r"content (was |is |has been )?reject|(message|mail|content|spam) filter|(rejected|refused|"
    r"blocked) .{0,30}(content|attachment)|prohibited (attachment|content)|banned (file|content|"
    r"attachment)|html (mail|tag)|(line|bare) (too long|lf|cr|nl)|missing (header|date|subject|"
    r"message-id)|(duplicate|multiple|invalid|malformed|illegal|bad|missing) .{0,20}header"
)
NO_DOMAIN = (
    r"no mail servers? appears? to exist|"
    r"(host|domain)( or domain)?( name)?( was)? (is )?(not found|unknown|invalid)|(no such|"
    r"unknown|bad|invalid|illegal) (mail )?(domain|host|destination|hostname)\b|(host|"
    r"domain) .{0,60}(does(n't| not) (exist|receive|accept)|not exist|non-?exist|no (valid )?mx|"
    r"has no (mail|mx))|null ?mx|unrouteable|nxdomain|unroutable|cannot be routed|"
    r"not a valid domain|(host|domain) \S{1,80} (is |was )?not found|indicated no smtp|"
    r"name or service not known|all relevant mx records point to non-existent|(couldn't|could not|"
    r"cannot|can't|unable to) find (any|an?) (host|mail|mx)|no mx (record|host)|"
    r"name server.{0,20}host not found|(no|any) valid mx|lookup .{0,20}no such|dns (error|"
    r"domain).{0,40}(not exist|not found|nonexist)|domaine .{0,40}(n'existe pas|inconnu|"
    r"introuvable)|dom(ä|ae)ne? .{0,30}(existiert nicht|unbekannt)|dominio .{0,30}(no existe|"
    r"inexistente|desconocido)"
)
MOVED = (
    r"(user|person|recipient|account|mailbox|address|subscriber)\b.{0,40}(has (been )?(moved|left|"
    r"changed)|no longer|relocated)|no longer (with|at|employed|in use|available|valid|works|"
    r"active|here|monitored|exists?)|(new|changed) (e-?mail )?address (is|to)|n'est plus (valide|"
    r"active?|utilis|disponible)|ya no (existe|est[áa]|es v)|nicht mehr"
)
_WHO = (
    r"(user|username|recipient|mail ?box|account|address|addressee|alias|person|customer|member|"
    r"subscriber|e-?mail|rcpt|local part|screen name|employee|userid|inbox|destination)"
)
NO_NUMBER = (
    rf"\b{_WHO}s?\b.{{0,60}}(unknown|not (found|known|exist|recogni[sz]ed|listed|registered|"
    r"present|available|in (our|the|this)|a (valid|registered|known|local)|local|hosted|"
    r"provisioned|receiving)|(do|did|does)(n[´’']?t| not) (exist|match|have|appear)|(was|is|"
    r"are)(n[’']t| not)? (found|invalid|valid\b|known|recogni[sz]ed|available|non-?existent|"
    r"undeliverable)|invalid|unavailable|non-?exist|illegal|incorrect|misspelled)|"
    r"((?<!from )unknown( or (illegal|unlisted))?|invalid( final delivery)?|no such|non-?existent|"
    r"nonexisting|bad|illegal|incorrect|not a (valid|known|local|registered)|no (valid|known)|"
    r"undeliverable|couldn't find|cannot find|can't find|could not find|unrecognized|is no|"
    rf"not known|no mailbox)( or unlisted)? (a |any |the |this |to )?"
    rf"(local |virtual |e?mail |destination |mailbox |deliver(y|able) |to |internal )*{_WHO}|"
    r"no such \w{1,20} here|no mail ?box|bad_recipient|unknown local|mailbox unavailable|(doesn't|"
    r"does not|do not) have (an?|any) .{0,40}account|not (our|a) (customer|subscriber)|not in (my|"
    r"our|the) .{0,40}(list|directory|database)|no (one|body) (here )?by that name|"
    r"no account by that|no mailbox here|recip(ient)?notf|recipnotfound|nosuchuser|"
    r"name is not recogni[sz]ed|unknown recipient|(could|can)( ?not|n't) be found|wasn't found|"
    r"no matches to|address not listed|user\.unknown|lookup (failed|error)|no user\b|"
    r"cannot deliver to|number .{0,30}(not in service|does not exist|invalid|unknown|"
    r"not assigned)|(adresse|destinataire|utilisateur|compte|bo[îi]te).{0,60}(n'existe pas|"
    r"inexistant|inconnu|introuvable|invalide|erron|incorrect|pas [ée]t[ée] trouv)|(empf[äa]nger|"
    r"benutzer|adresse|postfach|konto|nutzer)\w*.{0,60}(unbekannt|existiert nicht|nicht (gefunden|"
    r"bekannt|vorhanden|existent|g[üu]ltig|verf[üu]gbar|vergeben)|ung[üu]ltig)|"
    r"unbekannte[rs]? (empf|benutz|adress|nutz)|(usuario|direcci[óo]n|destinatario|cuenta|"
    r"buz[óo]n).{0,60}(no existe|no es v|desconocid|no se (ha )?(encontr|encuentra)|inexistente|"
    r"inv[áa]lid|incorrect|no v[áa]lid)|usuario desconocido|(utente|indirizzo|destinatario|"
    r"casella).{0,40}(sconosciut|non esist|inesistente|non valid)|(usu[áa]rio|endere[çc]o|"
    r"destinat[áa]rio|conta).{0,40}(n[ãa]o existe|desconhecid|inv[áa]lid|inexistente|"
    r"n[ãa]o (foi )?encontrad)|(gebruiker|adres|ontvanger|postbus).{0,40}(onbekend|bestaat niet|"
    r"niet gevonden)|(ユーザ|アドレス|宛先|宛て先|メールボックス).{0,40}(存在し|見つかり|不明|無効|"
    r"誤り|あり?ません)|(用户|收件人|邮箱|"
    r"地址).{0,20}(不存在|无效|未找到)|пользовател\w* .{0,30}не (найден|сущ)|"
    r"(ящик|адрес\w*|получател\w*) .{0,30}не (найден|сущ)|(u[żz]ytkownik|adres|skrzynka|"
    r"konto).{0,40}"
    r"nie istnieje|nieznany (u[żz]ytkownik|adresat|odbiorca)|(u[žz]ivatel|adresa|"
    r"schr[áa]nka).{0,40}"
    r"(neexistuje|nezn[áa]m)|(felhaszn[áa]l[óo]|c[íi]m\w*|postafi[óo]k).{0,40}nem l[ée]tezik|"
    r"(kullan[ıi]c[ıi]|adres).{0,40}(bulunamad|mevcut de[ğg]il)|(adress|anv[äa]ndare|mottagare|"
    r"modtager|"
    r"mottaker|bruker)\w*.{0,40}(finns inte|saknas|ok[äa]nd|findes ikke|finnes ikke|ukjent|ukendt)|"
    r"(vastaanottaja|osoite|k[äa]ytt[äa]j[äa])\w*.{0,40}(ei l[öo]ydy|tuntematon|ei ole olemassa)|"
    r"ディレクトリ.{0,20}ありません"
)
CLOSED = (
    rf"\b{_WHO}s?\b.{{0,40}}(disabled|inactive|closed|deactivated|suspended|discontinued|locked|"
    r"expired|terminated|cancell?ed|deleted|removed|not active|blocked by (the )?admin|frozen|"
    r"dormant|on hold|archived|d[ée]sactiv|ferm[ée]|suspendu|deaktiviert|gesperrt|gel[öo]scht|"
    r"desactivad|suspendid|cancelad|cerrad)|(disabled|inactive|closed|suspended|expired|"
    r"deactivated|locked|deleted) "
    rf"(by the user|{_WHO})|not active\b"
)
CIRCLE = r"too many hops|hop count|(mail|routing|forward\w*|delivery|message|a) loop|loop(s|ing)? "
CIRCLE += r"(detected|back|found)|looping|too many received|boucle|schleife|maximum hops|bucle"
TOO_LONG = (
    r"retry time ?out|failing for a long time|envelope (has )?expired|(message|mail|delivery|"
    r"queue|retry|queued)\b.{0,20}(has |is |was )?(expired|"
    r"time ?(d )?-?out|too old)|in (the )?queue (for )?too long|(max(imum)?|"
    r"exceeded).{0,30}(delivery attempts|retr(y|ies)|queue|attempts|delivery time)|(for|after|"
    r"within|during|past|last) (the )?(past |last )?(more than )?[\d.]+[ -]?(full |"
    r"consecutive )?(day|hour|minute|second|tag|stunde|jour|heure|d[íi]a|hora|h\b|d\b)|gave up|"
    r"giving up|failed \d+ attempts|(not going|won't) (to )?try (it )?again|period of time|"
    r"retry limit|delivery period|still (un)?(able|deliver|being|in the queue)|time limit|"
    r"too many (retries|delivery attempts)|allowed queue period|after repeated|"
    r"unable to deliver this message in"
)
OWN_RULES = (
    r"polic(y|ies)\b|access (is |was |to .{0,30})?(denied|not allowed|refused)|"
    r"administrative(ly)?|prohibited|restrict(ed|ion)|members? only|not (authori[sz]ed|permitted|"
    r"allowed|accept)\w*|(does|do|is|are|will)(n't| not) accept(ing)? (mail|e-?mail|messages|any)|"
    r"not accepting (mail|messages)|moderat|approv|permission|white ?list|allow ?list|"
    r"refused by (the )?(recipient|user)|rejected by (the )?(recipient|user|rule)|(mail|message|"
    r"e-?mail) (was |has been |is )?(refused|rejected|denied|undesired|unwanted)|unwanted|"
    r"firewall|quarantin|delivery not authori[sz]ed|security|wants? (a |to )?(confirm|verif)|"
    r"transaction failed|you are not|refus[ée] par|nicht (erlaubt|akzeptiert)"
)
FOR_NOW = (
    r"(mailbox|user|account|recipient|address).{0,30}temporar|temporar\w* (unavailable|disabled|"
    r"inactive|suspended|locked|blocked|out of)"
)
HAS_BLOCKED = r"(user|recipient|person|addressee) (has |have )?(blocked|rejected|refused|declined)"
NO_ANSWER = (
    r"not found, try again|unexpected name ?server reply|accept our requests to connect|"
    r"connection (was )?(timed out|refused|reset)|no route to host"
)
OUT_OF_REACH = (
    r"connect(ion|ing)?\b.{0,40}(tim(ed|e)|refus|reset|clos|lost|drop|died|broke|fail|unexpected)|"
    r"(can( ?not|'t)|could ?n[o']t|couldn't|unable to|wasn't able to|failed to|not) (establish|"
    r"connect|contact|reach|open|resolve)|no route to|unreachable|not reachable|(host|server|"
    r"computer|system|site) .{0,40}(down|not respond|not answer|unavailable|not reachable)|"
    r"time(d)? ?-?out|lost connection|conversation with|no (answer|response) from|(name ?server|"
    r"dns|domain name|hostname|mx).{0,40}(error|fail|time|loop|problem|lookup|not respond)|"
    r"temporary (lookup|dns|name)|name resolution|network (error|problem|is)|read error|"
    r"remote host said: *$|deferred|host not found|lookup"
)
OUT_OF_ORDER = (
    r"(temporar|internal|local|system|server|mailer|i/o|software|database|delivery agent|"
    r"unexpected|ldap|script|program|pipe|command|configuration|config|mail system|protocol|"
    r"processing)\w*\b.{0,30}(error|fail|problem|unavailable|not accept|down|died|exit|full|"
    r"resources|defer)|service (is |currently )?(not |un)available|try again later|tempfail|"
    r"start ?tls|tls\b|certificate|can't create|can't open|cannot (append|create|open|write|lock)|"
    r"no such file|resources|out of memory|unable to (create|write|open|lock|append|run)|"
    r"exit status|died with|maintenance|overload|busy"
)
