"""What people answer by SMS, and what they ask for by it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.replies import Asked, read

STOPS = [
    "STOP", "stop", "Stop.", "STOP!!!", " stop \n", "s t o p", "S.T.O.P", "\u201cSTOP\u201d",
    "STOP 🛑", "STOP STOP", "stop, stop, STOP", "Stop please", "please stop", "Stop, thanks",
    "Stop thank you.", "stop svp", "STOP merci", "Stop s'il vous plaît", "STOP por favor",
    "Stopp bitte", "stop grazie", "STOPALL", "Stop all", "unsubscribe", "UNSUBSCRIBE.", "Unsub",
    "opt out", "Opt-Out",
    "OPTOUT", "revoke", "cancel", "Cancel.", "END", "quit", "Quit!", "END END",
    "ARRET", "Arrêt", "arrêt svp", "ARRE\u0302T", "Arrêter", "DÉSABONNER", "desabonnement", "Fin",
    "BAJA", "alto", "Parar", "CANCELAR", "SAIR", "STOPP", "Abmelden", "abmelden danke",
    "FERMA", "Cancella", "ANNULLA", "annulla!",
    "إلغاء", "الغاء", "توقف", "ايقاف", "إيقاف", "أوقف", "توقف شكرا", "تـوقـف",
    "ＳＴＯＰ", "ＳＴＯＰ。", "ST\u200bOP", "\u200fSTOP\u200e", "\ufeffstop", "STOP\u00a0",
    "𝐒𝐓𝐎𝐏", "ⓈⓉⓄⓅ",
]  # fmt: skip
NEAR_MISSES = [
    "stop texting me", "stop texting me!!", "STOP IT", "Stop sending me these messages",
    "I said STOP", "How do I stop these?", "plz stop sending", "stop alice", "unsubscribe me",
    "please unsuscribe", "I want to unsubscribe my number", "I'd like to opt out of this", "ST0P",
    "STOOOPP", "sotp", "cancel please", "fin merci", "Don't text me again",
    "do not contact me", "dont send me any more texts", "No more texts", "please remove me",
    "Remove my number",
    "take me off this list", "leave me alone", "REMOVE", "This is spam", "quit texting me",
    "wrong number", "Sorry, wrong person", "You have the wrong number", "not my kid",
    "I don't have a daughter", "who is this", "Who's this?", "who dis", "who are you??",
    "arrêtez svp", "Arrêtez de m'écrire", "ne m'écrivez plus", "Ne plus me contacter svp",
    "mauvais numéro", "Vous avez le mauvais numéro", "faux numéro", "ce n'est pas mon enfant",
    "je n'ai pas d'enfant", "C'est qui ?", "Retirez-moi de votre liste", "me désabonner svp",
    "laissez-moi tranquille", "numero equivocado", "no me escriban más", "dejen de mandar mensajes",
    "quiero darme de baja", "falsche Nummer", "Bitte abmelden, ich will das nicht",
    "Hören Sie bitte auf", "keine SMS mehr", "número errado", "pare de me enviar mensagens",
    "numero sbagliato", "smettete di scrivere", "رقم خاطئ", "الرقم غلط", "لا ترسلوا لي",
    "can you stop these", "why won't you stop texting me", "don't ever stop... no, do stop",
    "stop at once", "You can stop now", "start stop", "STOP 2",
]  # fmt: skip
HARMLESS = [
    "We'll stop by at 5", "can't stop laughing", "the bus stop", "Where is the bus stop?",
    "OK thanks!", "Yes", "YES", "👍", "", "   ", "\u200b", "See you Saturday", "The rain stopped",
    "We will stop for gas first", "he couldn't stop smiling", "It's the next stop after the pool",
    "Can you cancel Emma's lesson on Tuesday?", "Weekend works for us", "At the end of the month?",
    "She won't quit, she loves it", "Le cours finit à 17 h ?", "Je suis à l'arrêt de bus",
    "Il n'arrête pas d'en parler !", "On s'arrête à la piscine avant", "Merci beaucoup",
    "Who is this class for?", "When do I start?", "I need help with the form", "Alto Street 5?",
    "Thank you", "My son has the flu, he will not be there", "non-stop fun, thank you!",
    "Is there a stop sign at the corner?", "He stopped crying after five minutes",
    "Bus stops running at 9, can we come early?", "The wrong door was open", "Call me please",
    "Quién es el profesor de mañana?", "J'ai changé de numéro", "Don't worry, we'll be there",
    "Liked “Pool closed today. Reply STOP to unsubscribe”",
    "A aimé « Piscine fermée aujourd'hui. Répondez STOP pour vous désabonner »",
    "👍 to “ Pool closed today. Reply STOP to unsubscribe ”",
]  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_a_keyword_stops(text: str) -> None:
    assert read(text) is Asked.STOP


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_a_near_miss_is_for_a_person_to_look_at(text: str) -> None:
    assert read(text) is Asked.REVIEW


@pytest.mark.parametrize("text", HARMLESS)
def test_everything_else_is_a_reply(text: str) -> None:
    assert read(text) is Asked.REPLY


@pytest.mark.parametrize(
    "text",
    ["START", "start.", "Start please", "UNSTOP", "Démarrer", "REPRENDRE", "Iniciar", "ابدأ"],
)
def test_a_keyword_starts_again(text: str) -> None:
    assert read(text) is Asked.START


@pytest.mark.parametrize(
    "text",
    ["HELP", "help!", "Info", "AIDE", "aide svp", "Ayuda", "HILFE", "ajuda", "aiuto", "مساعدة"],
)
def test_a_keyword_asks_for_help(text: str) -> None:
    assert read(text) is Asked.HELP


def test_a_reaction_is_read_without_the_message_that_it_quotes() -> None:
    assert read("Disliked “Pool closed. Reply STOP to unsubscribe”") is Asked.REPLY
    assert read('Please stop texting "Pool closed. Lessons are cancelled"') is Asked.REVIEW
    assert read('I said "STOP"') is Asked.REVIEW


@given(st.text(max_size=2_000))
def test_any_text_asks_for_one_thing(text: str) -> None:
    assert isinstance(read(text), Asked)


@given(st.sampled_from(STOPS), st.text("\u200b\u200e\u200f\ufeff .!?,;\n", max_size=5))
def test_what_stands_around_a_keyword_changes_nothing(text: str, around: str) -> None:
    assert read(around + text + around) is Asked.STOP


HOSTILE = [
    "stop ", "stop all ", "me plus ", "s", "sto", '"', "“ ", " ", "no more ", "the stop ",
    "\ufdfa", "arret ", "hor sie bitte ", "don t ", "any these ", "e\u0301", "n arrete ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_text_alone(piece: str) -> None:
    """Four times the text takes about four times as long; sixteen times would be a square."""

    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        begun = time.perf_counter()
        read(text)
        return time.perf_counter() - begun

    short = min(seconds(10_000) for _ in range(5))
    assert min(seconds(40_000) for _ in range(5)) < 10 * short + 0.002
