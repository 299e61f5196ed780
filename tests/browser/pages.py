"""Every page a person can meet, on the demo's data, for what must hold on all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

CLUB = "/o/aqua-club"
# Parts that ask for themselves once the page is there, and are replaced by what they get.
STILL_TO_COME = '[data-hx-trigger="load"]:is([data-hx-swap="outerHTML"], .so-live)'


def nothing(page: Page) -> None:
    """Show the page as it comes."""


@dataclass(frozen=True)
class Place:
    """A page by its address, and what to do there before it shows what it is listed for."""

    name: str
    path: str
    step: Callable[[Page], None] = nothing
    signed_in: bool = True

    def visit(self, page: Page, site: Site) -> None:
        """Go there; whoever must has signed in before."""
        page.goto(site.at(self.path.format(**ids(site))))
        self.step(page)
        expect(page.locator(STILL_TO_COME)).to_have_count(0)


def popup_shown(page: Page) -> None:
    """Wait for the popup and its ring."""
    expect(page.get_by_role("dialog").locator(".so-panel.active .so-doughnut")).to_be_visible()


def delivery_shown(page: Page) -> None:
    """Open the first delivery of the popup."""
    page.get_by_role("dialog").locator(".so-panel.active .so-row-link").first.click()
    expect(page.locator(".so-timeline")).to_be_visible()


def test_sent(page: Page) -> None:
    """Press the button; its mail is in the Outbox afterwards."""
    page.get_by_role("button", name="Send the test").click()
    expect(page.locator(".alert-success")).to_be_visible()


def sms_proposed(page: Page) -> None:
    """Write an email for both channels, and have its SMS proposed."""
    page.get_by_label("Name").fill("Gala")
    page.get_by_label("Channels").select_option("both")
    page.get_by_label("HTML").check()
    page.get_by_label("Email text", exact=True).fill(
        '<p>Gala on Saturday.</p><a href="club">Tickets</a>'
    )
    page.get_by_role("button", name="Save and propose the SMS").press("Enter")
    expect(page.get_by_label("SMS text", exact=True)).to_have_value(
        "Gala on Saturday.\nTickets (club)"
    )


def email_to_mend(page: Page) -> None:
    """Look at it before sending."""
    sms_proposed(page)
    page.get_by_role("button", name="Save and check").press("Enter")
    expect(page.get_by_role("heading", name="Mend the email")).to_be_visible()


def design_chosen(page: Page) -> None:
    """Choose a block, so that its fields are shown."""
    page.locator("[data-outline]").get_by_role("button", name="Heading").click()
    expect(page.get_by_label("Words", exact=True)).to_be_visible()


def domains_shown(page: Page) -> None:
    """Wait for what the DNS says, where there is a domain."""
    expect(page.locator(".so-dns-waiting")).to_have_count(0)


def choice_saved(page: Page) -> None:
    """Save the choice as it is."""
    page.locator("button[name=save]").click()
    expect(page.get_by_role("status").filter(visible=True)).to_be_visible()


def mailbox_tested(page: Page) -> None:
    """Press the button; nothing answers there, and the page says so."""
    page.get_by_role("button", name="Test it").click()
    expect(page.locator(".alert-danger")).to_contain_text("cannot be reached")


def menu_open(page: Page) -> None:
    """Open the menu of one's account."""
    page.get_by_role("button", name="Your account").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


OPEN = [
    Place("sign-in", "/account/login/", signed_in=False),
    Place("password-reset", "/account/password/reset/", signed_in=False),
    Place("password-reset-done", "/account/password/reset/done/", signed_in=False),
    Place("password-reset-bad", "/account/password/reset/key/1-bad/", signed_in=False),
    Place("sign-up-closed", "/account/signup/", signed_in=False),
    Place("unsubscribe", "{unsubscribe}", signed_in=False),
    Place("unsubscribe-sms", "{unsubscribe_sms}", signed_in=False),
    Place("unsubscribe-french", "{unsubscribe}?lang=fr", signed_in=False),
    Place("unsubscribe-saved", "{unsubscribe}", choice_saved, signed_in=False),
    Place("unsubscribe-bad", "/u/nonsense/", signed_in=False),
    Place("file-gone", "/f/nonsense/1/", signed_in=False),
    Place("invitation", "{invitation}", signed_in=False),
    Place("invitation-bad", "/invitation/nonsense/", signed_in=False),
]
OWN = [
    Place("profile", "/profile/"),
    Place("email", "/account/email/"),
    Place("password", "/account/password/change/"),
    Place("security", "/account/2fa/"),
    Place("authenticator", "/account/2fa/totp/activate/"),
    Place("passkeys", "/account/2fa/webauthn/"),
    Place("passkey-add", "/account/2fa/webauthn/add/"),
]
MESSAGES = [
    Place("messages", f"{CLUB}/messages/"),
    Place("find", f"{CLUB}/find/?q=pool"),
    Place("find-nothing", f"{CLUB}/find/?q=xyzzy"),
    Place("messages-menu", f"{CLUB}/messages/", menu_open),
    Place("messages-search", f"{CLUB}/messages/?q=nothing+at+all"),
    Place("popup-email", f"{CLUB}/messages/?open={{sent}}", popup_shown),
    Place("popup-sms", f"{CLUB}/messages/?open={{sent}}&tab=sms", popup_shown),
    Place("popup-delivery", f"{CLUB}/messages/?open={{sent}}&tab=sms", delivery_shown),
    Place("popup-page", f"{CLUB}/messages/{{sent}}/"),
    Place("report", f"{CLUB}/messages/{{sent}}/email/report/"),
    Place("report-sms", f"{CLUB}/messages/{{sent}}/sms/report/"),
    Place("signed-report", f"{CLUB}/messages/{{sent}}/signed-report/"),
    Place("again", f"{CLUB}/messages/{{sent}}/again/?to=unopened"),
    Place("delivery-page", f"{CLUB}/messages/{{sent}}/delivery/{{delivery}}/"),
    Place("closure", f"{CLUB}/closure/"),
    Place("closure-check", f"{CLUB}/closure/{{draft}}/"),
    Place("board", f"{CLUB}/messages/{{sent}}/board/"),
    Place("board-calls", f"{CLUB}/messages/{{sent}}/board/calls/"),
    Place("compose-new", f"{CLUB}/compose/"),
    Place("compose-write", f"{CLUB}/compose/{{draft}}/"),
    Place("compose-designer", f"{CLUB}/compose/{{designed}}/designer/", design_chosen),
    Place("compose-audience", f"{CLUB}/compose/{{draft}}/audience/"),
    Place("compose-proposed", f"{CLUB}/compose/", sms_proposed),
    Place("compose-mend", f"{CLUB}/compose/", email_to_mend),
    Place("compose-check", f"{CLUB}/compose/{{draft}}/check/"),
    Place("compose-reach", f"{CLUB}/compose/{{draft}}/check/?who=none"),
    Place("compose-scheduled", f"{CLUB}/compose/{{scheduled}}/check/"),
    Place("templates", f"{CLUB}/templates/"),
    Place("template-keep", f"{CLUB}/templates/keep/{{sent}}/"),
    Place("compose-closed", f"{CLUB}/compose/{{sent}}/"),
]
PEOPLE = [
    Place("participants", f"{CLUB}/participants/"),
    Place("participant", f"{CLUB}/participants/{{person}}/"),
    Place("participant-edit", f"{CLUB}/participants/{{person}}/edit/"),
    Place("participant-add", f"{CLUB}/participants/add/"),
    Place("groups", f"{CLUB}/groups/"),
    Place("group", f"{CLUB}/groups/{{group}}/"),
    Place("imports", f"{CLUB}/imports/"),
    Place("import-upload", f"{CLUB}/imports/upload/"),
    Place("import-columns", f"{CLUB}/imports/{{checked}}/columns/"),
    Place("import-checked", f"{CLUB}/imports/{{checked}}/"),
    Place("import-done", f"{CLUB}/imports/{{done}}/"),
    Place("not-received", f"{CLUB}/not-received/"),
    Place("not-received-found", f"{CLUB}/not-received/?q=a"),
    Place("not-received-look", f"{CLUB}/not-received/{{person}}/", domains_shown),
    Place("not-received-bounced", f"{CLUB}/not-received/delivery/{{bounced}}/", domains_shown),
    Place("not-received-dns", f"{CLUB}/not-received/{{person}}/dns/?channel=email"),
    Place("unsubscribes", f"{CLUB}/unsubscribes/"),
    Place("unsubscribes-add", f"{CLUB}/unsubscribes/add/"),
    Place("unsubscribes-lift", f"{CLUB}/unsubscribes/{{entry}}/lift/"),
    Place("unsubscribes-lifted", f"{CLUB}/unsubscribes/history/"),
    Place("unsubscribes-correct", f"{CLUB}/unsubscribes/{{bad}}/correct/"),
    Place("unsubscribes-missed", f"{CLUB}/unsubscribes/missed/email/?people={{bad_person}}"),
    Place(
        "delivery-correct", f"{CLUB}/messages/{{bad_sendout}}/delivery/{{bad_delivery}}/correct/"
    ),
    Place("lists", f"{CLUB}/unsubscribes/imports/"),
    Place("list-upload", f"{CLUB}/unsubscribes/imports/upload/"),
    Place("list-read", f"{CLUB}/unsubscribes/imports/{{list_checked}}/read/"),
    Place("list-checked", f"{CLUB}/unsubscribes/imports/{{list_checked}}/"),
    Place("list-done", f"{CLUB}/unsubscribes/imports/{{list_done}}/"),
]
REPLIES = [
    Place("replies", f"{CLUB}/replies/"),
    Place("replies-search", f"{CLUB}/replies/?q=nothing+at+all"),
    Place("replies-review", f"{CLUB}/replies/review/"),
    Place("conversation", f"{CLUB}/replies/{{conversation}}/"),
    Place("conversation-review", f"{CLUB}/replies/{{to_review}}/"),
    Place("conversation-stopped", f"{CLUB}/replies/{{stopped}}/"),
    Place("forwarding", f"{CLUB}/replies/forwarding/"),
    Place("forwarding-add", f"{CLUB}/replies/forwarding/add/"),
    Place("forwarding-edit", f"{CLUB}/replies/forwarding/{{rule}}/"),
]
SCHEDULE = [
    Place("schedule", f"{CLUB}/schedule/"),
    Place("schedule-empty", f"{CLUB}/schedule/?month=2991-01"),
    Place("sessions", f"{CLUB}/schedule/sessions/"),
    Place("session", f"{CLUB}/schedule/sessions/{{session}}/"),
    Place("repeats", f"{CLUB}/schedule/repeats/"),
    Place("repeat-new", f"{CLUB}/schedule/repeats/new/"),
    Place("repeat", f"{CLUB}/schedule/repeats/{{series}}/"),
    Place("compose-repeating", f"{CLUB}/compose/{{pattern}}/check/"),
    Place("calendars", f"{CLUB}/schedule/calendars/"),
    Place("calendar", f"{CLUB}/schedule/calendars/{{calendar}}/"),
    Place("closed-days", f"{CLUB}/schedule/closed/"),
    Place("schedule-upload", f"{CLUB}/schedule/import/"),
    Place("schedule-check", f"{CLUB}/schedule/import/{{schedule_file}}/"),
]
OFFICE = [
    Place("senders", f"{CLUB}/senders/"),
    Place("sender", f"{CLUB}/senders/{{sender}}/"),
    Place("sender-dkim", f"{CLUB}/senders/{{sender}}/dkim/"),
    Place("sender-domains", f"{CLUB}/senders/{{sender}}/domains/"),
    Place("sender-smtp", f"{CLUB}/senders/add/email/smtp/"),
    Place("sender-smpp", f"{CLUB}/senders/add/sms/smpp/"),
    Place("sender-services", f"{CLUB}/senders/add/email/esp/"),
    Place("sender-service-new", f"{CLUB}/senders/add/email/esp/?esp=mailgun"),
    Place("sender-service", f"{CLUB}/senders/{{service}}/"),
    Place("sender-gateways", f"{CLUB}/senders/add/sms/http/"),
    Place("sender-gateway-new", f"{CLUB}/senders/add/sms/http/?gateway=other"),
    Place("sender-twilio", f"{CLUB}/senders/{{twilio}}/"),
    Place("sender-test", f"{CLUB}/senders/{{sender}}/test/", test_sent),
    Place("bounces", f"{CLUB}/bounces/"),
    Place("bounces-mail", f"{CLUB}/bounces/mail/{{returned}}/"),
    Place("mailbox", f"{CLUB}/bounces/mailboxes/{{mailbox}}/", mailbox_tested),
    Place("mailbox-add", f"{CLUB}/bounces/mailboxes/add/imap/"),
    Place("mailbox-add-pop3", f"{CLUB}/bounces/mailboxes/add/pop3/"),
    Place("outbox", f"{CLUB}/outbox/"),
    Place("outbox-sms", f"{CLUB}/outbox/?channel=sms"),
    Place("outbox-mail", f"{CLUB}/outbox/{{copy}}/"),
    Place("settings", f"{CLUB}/settings/"),
    Place("settings-emails", f"{CLUB}/settings/emails/"),
    Place("settings-texts", f"{CLUB}/settings/texts/"),
    Place("members", f"{CLUB}/settings/members/"),
    Place("prices", f"{CLUB}/settings/prices/"),
    Place("usage", f"{CLUB}/usage/"),
    Place("usage-empty", f"{CLUB}/usage/?month=2001-01"),
    Place("usage-statement", f"{CLUB}/usage/statement/"),
    Place("workers", f"{CLUB}/workers/"),
    Place("not-there", f"{CLUB}/messages/999999999/"),
]
PLACES = [*OPEN, *OWN, *MESSAGES, *REPLIES, *PEOPLE, *SCHEDULE, *OFFICE]

# What pages ask for to put it into themselves.
FRAGMENTS = [
    f"{CLUB}/messages/rows/",
    f"{CLUB}/messages/{{sent}}/",
    f"{CLUB}/messages/{{sent}}/live/",
    f"{CLUB}/messages/{{sent}}/board/live/",
    f"{CLUB}/messages/{{sent}}/email/rows/",
    f"{CLUB}/messages/{{sent}}/email/report/",
    f"{CLUB}/messages/{{sent}}/email/rows/?cause=skipped-no_address",
    f"{CLUB}/messages/{{sent}}/sms/rows/?status=replied",
    f"{CLUB}/messages/{{sent}}/delivery/{{delivery}}/",
    f"{CLUB}/compose/{{draft}}/preview/",
    f"{CLUB}/compose/{{draft}}/cost/",
    f"{CLUB}/compose/{{draft}}/files/",
    f"{CLUB}/messages/{{sent}}/signed-report/",
    f"{CLUB}/compose/{{draft}}/warnings/",
    f"{CLUB}/compose/{{draft}}/links/",
    f"{CLUB}/compose/{{draft}}/reach/?who=none",
    f"{CLUB}/compose/{{scheduled}}/reach/{{bad_person}}/email/?who=none",
    f"{CLUB}/compose/{{draft}}/audience/find/?q=a",
    f"{CLUB}/groups/{{group}}/find/?q=a",
    f"{CLUB}/participants/{{person}}/family/find/?q=a",
    f"{CLUB}/participants/rows/",
    f"{CLUB}/not-received/?q=a",
    f"{CLUB}/not-received/{{person}}/dns/?channel=email",
    f"{CLUB}/replies/",
    f"{CLUB}/replies/unread/",
    f"{CLUB}/replies/review/",
    f"{CLUB}/replies/{{conversation}}/thread/",
    f"{CLUB}/replies/{{to_review}}/thread/",
    f"{CLUB}/imports/{{done}}/live/",
    f"{CLUB}/unsubscribes/",
    f"{CLUB}/unsubscribes/counts/",
    f"{CLUB}/unsubscribes/imports/{{list_done}}/live/",
    f"{CLUB}/outbox/?channel=sms",
    f"{CLUB}/workers/live/",
    f"{CLUB}/schedule/calendars/{{calendar}}/live/",
]

BAD = (
    " FROM suppression_suppression s JOIN deliveries_delivery d ON d.id = s.delivery"
    " JOIN people_participant p ON p.id = d.participant_id AND p.email_normal = s.address"
    " WHERE s.reason = 'bad_email' AND s.{own} ORDER BY s.id LIMIT 1"
)
QUERIES = {
    "sent": "SELECT max(id) FROM sendouts_sendout WHERE channels = 'both' AND {own}",
    "draft": "SELECT min(id) FROM sendouts_sendout WHERE state = 'draft' AND NOT pattern AND {own}",
    "designed": "SELECT max(s.id) FROM sendouts_sendout s JOIN compose_message m ON "
    "m.id = s.message_id WHERE s.name = 'Laid out' AND s.{own}",
    "scheduled": "SELECT min(id) FROM sendouts_sendout WHERE state = 'scheduled' AND {own}",
    "delivery": "SELECT max(id) FROM deliveries_delivery WHERE sendout_id = (SELECT max(id) FROM "
    "sendouts_sendout WHERE channels = 'both' AND {own}) AND replied_at IS NOT NULL",
    "bounced": "SELECT max(id) FROM deliveries_delivery WHERE status = 'bounced' AND "
    "channel = 'email' AND {own}",
    "person": "SELECT max(participant_id) FROM deliveries_delivery WHERE replied_at IS NOT NULL "
    "AND {own}",
    "group": "SELECT min(id) FROM people_group WHERE {own}",
    "checked": "SELECT max(id) FROM people_import WHERE state = 'checked' AND {own}",
    "done": "SELECT max(id) FROM people_import WHERE state = 'done' AND {own}",
    "sender": "SELECT min(id) FROM senders_sender WHERE channel = 'email' AND {own}",
    "service": "SELECT min(id) FROM senders_sender WHERE kind = 'esp' AND {own}",
    "twilio": "SELECT min(id) FROM senders_sender WHERE kind = 'twilio' AND {own}",
    "entry": "SELECT min(id) FROM suppression_suppression WHERE reason = 'unsubscribed' AND {own}",
    "bad": f"SELECT s.id{BAD}",
    "bad_person": f"SELECT p.id{BAD}",
    "bad_delivery": f"SELECT d.id{BAD}",
    "bad_sendout": f"SELECT d.sendout_id{BAD}",
    "list_checked": "SELECT max(id) FROM suppression_listimport WHERE state = 'checked' AND {own}",
    "list_done": "SELECT max(id) FROM suppression_listimport WHERE state = 'done' AND {own}",
    "copy": "SELECT max(id) FROM senders_outboxcopy WHERE channel = 'email' AND delivery > 0 "
    "AND {own}",
    "conversation": "SELECT conversation_id FROM replies_reply WHERE ref LIKE 'staged-%' AND "
    "asked = 'reply' AND {own}",
    "to_review": "SELECT max(id) FROM replies_conversation WHERE reviews > 0 AND {own}",
    "stopped": "SELECT max(conversation_id) FROM replies_reply WHERE asked = 'stop' AND {own}",
    "rule": "SELECT min(id) FROM replies_forwardrule WHERE {own}",
    "session": "SELECT min(id) FROM timetable_session WHERE {own}",
    "series": "SELECT min(id) FROM series_series WHERE {own}",
    "pattern": "SELECT min(pattern_id) FROM series_series WHERE {own}",
    "calendar": "SELECT min(id) FROM timetable_calendar WHERE {own}",
    "schedule_file": "SELECT min(id) FROM timetable_schedulefile WHERE {own}",
    "mailbox": "SELECT min(id) FROM returns_mailbox WHERE {own}",
    "returned": "SELECT min(id) FROM returns_returnedmail WHERE {own}",
}
OWN_ROWS = "organisation_id = (SELECT id FROM accounts_organisation WHERE slug = 'aqua-club')"


def ids(site: Site) -> dict[str, object]:
    """Look up the ids in the addresses, once."""
    if "draft" not in site.found:
        for name, query in QUERIES.items():
            [[site.found[name]]] = site.sql(query.replace("{own}", OWN_ROWS))
        missing = [name for name, found in site.found.items() if found is None]
        assert not missing, f"the demo has no {missing}"
        site.found.update(site.secrets)
    return site.found
