"""What was foretold is what is charged, to the millionth, for a club with names of all kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from sendout.accounts.models import Organisation
from sendout.deliveries.estimate import estimate, left_to_pay
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.people.importing import import_now, store_upload
from sendout.people.models import Participant
from sendout.usage.models import Usage
from sendout.usage.prices import replace
from tests.deliveries.conftest import MakeSendOut
from tests.e2e.families import make_list
from tests.engine.conftest import RunBatches

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]

SHARED = Path(__file__).parents[3] / "shared" / "data" / "participants" / "clean.csv"
PEOPLE = 3_000
ROUNDS = 8  # a job makes room for others now and then
PRICES = {
    ("email", "out", ""): 1_003,
    ("sms", "out", "CA"): 13_999,
    ("sms", "out", "US"): 11_007,
    ("sms", "out", ""): 90_001,
}
TEXT = (
    "{{ first_name|there }}, the course “{{ activity|swimming }}” of {{ child }} is cancelled on "
    "Saturday. Call us, {{ name }}."
)


@pytest.fixture
def members(club: Organisation, tmp_path: Path) -> None:
    """The shared list where it is at hand, else one of the same kind."""
    file = SHARED
    if not file.exists():
        file = tmp_path / "list.csv"
        make_list(file, PEOPLE * 3 // 4)
    with file.open("rb") as stream:
        import_now(store_upload(club, file.name, stream), dry_run=False)
    extra = Participant.objects.filter(organisation=club).order_by("-pk").values_list("pk")[PEOPLE:]
    Participant.objects.filter(pk__in=list(extra.values_list("pk", flat=True))).delete()
    # Some live elsewhere, and some have letters that no plain alphabet has.
    people = list(Participant.objects.filter(organisation=club).exclude(phone="")[:40])
    for number, who in enumerate(people):
        who.phone = ("+12125550", "+33612345", "+44740012")[number % 3] + f"{number:03}"
        who.first_name += "ł" if number % 2 else ""
        who.save()


FRENCH = "{{ first_name|Bonjour }}, pas de cours pour {{ child }} samedi."


PLAIN = TEXT.replace("“", '"').replace("”", '"')


@pytest.mark.parametrize("said", [(TEXT, ""), (PLAIN, ""), (TEXT, FRENCH)])
def test_what_was_foretold_is_charged(
    club: Organisation,
    members: None,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    said: tuple[str, str],
) -> None:
    replace(club, PRICES)
    news = sendout(channels="both")
    news.message.sms_text, news.message.other_sms_text = said
    if news.message.other_sms_text:
        news.message.other_language = "fr"
        half = Participant.objects.filter(organisation=club).order_by("pk")[::2]
        Participant.objects.filter(pk__in=[one.pk for one in half]).update(language="fr")
    news.message.save()
    foretold = estimate(news)
    send_now(news)
    assert left_to_pay(news) == foretold.price
    for _ in range(ROUNDS):
        run_batches(news)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"sent", "skipped"}
    told = Usage.objects.values_list("channel", "country", "n", "segments", "price")
    reckoned = [(p.channel, p.country, p.messages, p.segments, p.price) for p in foretold.parts]
    assert sorted(told) == sorted(reckoned)
    assert sum(Delivery.objects.values_list("price", flat=True)) == foretold.price
    assert {part.country for part in foretold.parts} >= {"", "CA", "US", "FR", "GB"}
    assert foretold.drawbacks
    assert left_to_pay(news) == 0
