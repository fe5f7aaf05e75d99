"""The pages to look at, by name and by who may open them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils import timezone

from outcomes.changes.subscriptions import unsubscribe_url_for
from outcomes.contributions.responses import recommendations_for
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Milestone,
    Outcome,
    ProgressUpdate,
    Response,
)
from outcomes.models.offer import next_reference
from outcomes.reporting.links import create_report_link
from participants.accounts import emails
from participants.models import (
    Audience,
    Delegate,
    Grant,
    Introduction,
    InvitationRequest,
    Organisation,
)
from participants.privacy import retention, visibility
from roundtable.models import Event
from tests.factories import (
    make_commitment,
    make_event,
    make_letter,
    make_participant_list,
    make_party,
    make_series,
)
from tests.follow_up_factories import make_undertaking


@dataclass(frozen=True)
class Page:
    """One page: what to call it, where it is, and how it answers."""

    name: str
    where: str | Callable[[], str]
    status: int = 200

    @property
    def path(self) -> str:
        """The address, looked up in the data where it depends on them."""
        return self.where if isinstance(self.where, str) else self.where()


def record() -> Event:
    return Event.objects.get(code="BP2018")


def demonstration() -> Event:
    return Event.objects.get(is_demonstration=True)


def myself() -> Delegate:
    """The delegate of the demonstration."""
    return Delegate.objects.get(user__email="delegate@example.org")


def recorded_point() -> str:
    return reverse("outcome-detail", args=[record().slug, "1.a"])


def lead_in() -> str:
    return Outcome.objects.lead_ins().filter(statement__event=demonstration())[0].get_absolute_url()


def point() -> str:
    """A point of the demonstration's statement that commitments answer."""
    points = Outcome.objects.points().filter(statement__event=demonstration())
    return points.filter(commitments__isnull=False)[0].get_absolute_url()


def commitments_of_point() -> str:
    slug, number = point().strip("/").split("/")[1:]
    return f"/commitments/?point={slug}/{number}"


def commitment() -> str:
    """The commitment with the most updates."""
    every = Commitment.objects.filter(event=demonstration())
    return max(every, key=lambda row: row.updates.count()).get_absolute_url()


def past_page(path: str) -> str:
    """A page as of a year after the demonstration's roundtable."""
    return f"{path}?as_of={demonstration().ends_on + timedelta(days=365)}"


def organisation() -> str:
    """The made-up organisation with the most commitments."""
    made_up = Organisation.objects.filter(is_demonstration=True)
    return max(made_up, key=lambda row: row.commitment_parties.count()).get_absolute_url()


def open_person() -> str:
    """Someone who shares a way to be reached with everyone."""
    shared = visibility.public_profiles(demonstration().ends_on, is_demonstration=True)
    return reverse("delegate-detail", args=[shared[0].card.handle])


def inside_person() -> str:
    """Someone who is listed to participants only, and shares with them."""
    others = Delegate.objects.exclude(user__email="delegate@example.org")
    inside = Audience.PARTICIPANTS
    return others.filter(listed_to=inside, channels__audience=inside)[0].get_absolute_url()


def own_channel() -> str:
    """Where the demonstration's delegate chooses who sees the first way to be reached."""
    way = myself().channels.order_by("pk")[0]
    return reverse("my-channel-audience", args=[way.handle])


def own_answer() -> str:
    """Where the demonstration's delegate answers a recommendation to their organisation."""
    participation = myself().participations.get(event=demonstration())
    number = recommendations_for(participation)[0].number
    return reverse("my-response", args=[participation.event.slug, number])


def own_party() -> CommitmentParty:
    """For whom the demonstration's delegate accepted to report."""
    return CommitmentParty.objects.get(focal_point=myself(), focal_point_accepted_at__isnull=False)


def own_proposal() -> str:
    """Where the demonstration's delegate accepts or declines a commitment for the organisation."""
    event, now = demonstration(), timezone.now()
    row = make_commitment(event, reference=next_reference(event), state="proposed", proposed_at=now)
    party = make_party(row, organisation=own_party().organisation, focal_point=myself())
    make_undertaking(party, created_at=now, expires_at=now + timedelta(days=60))
    return reverse("my-proposal", args=[party.pk])


def report_by_link() -> str:
    """Where the demonstration's delegate reports without signing in."""
    return urlsplit(create_report_link(own_party(), at=timezone.now())).path


def assessment_form() -> str:
    """Where the demonstration's delegate assesses a commitment of others."""
    body = myself().participations.get(event=demonstration()).organisation
    of_others = Commitment.objects.filter(event=demonstration(), parties__group=None)
    row = of_others.exclude(parties__organisation=body)[0]
    return reverse("my-assessment", args=[row.reference.lower()])


def introduction_request() -> str:
    """Where the demonstration's delegate asks someone for an introduction for the first time."""
    me = myself()
    known = Introduction.objects.of(me).values_list("first", "second")
    others = Delegate.objects.exclude(pk__in={pk for pair in known for pk in pair})
    other = others.filter(listed_to=Audience.PARTICIPANTS, user__isnull=False).exclude(pk=me.pk)[0]
    return reverse("request-introduction", args=[other.handle])


def email_link(write: Callable[[Delegate, datetime], str]) -> str:
    """A link from the emails to the demonstration's delegate."""
    return urlsplit(write(myself(), timezone.now())).path


def unsubscribe_link() -> str:
    user = myself().user
    assert user
    return urlsplit(unsubscribe_url_for(user, timezone.now())).path


PUBLIC_PAGES = [
    Page("home", "/"),
    Page("home-demonstration", "/?demonstration=yes"),
    Page("roundtables", "/roundtables/"),
    Page("roundtable-2018", lambda: record().get_absolute_url()),
    Page("roundtable-demonstration", lambda: demonstration().get_absolute_url()),
    Page("outcomes", "/outcomes/"),
    Page("outcomes-filtered", "/outcomes/?kind=recommendation"),
    Page("outcome-2018", recorded_point),
    Page("outcome-part", lead_in),
    Page("outcome-point", point),
    Page("commitments", "/commitments/"),
    Page("commitments-filtered", "/commitments/?demonstration=yes&overdue=yes&sort=due"),
    Page("commitments-mistake", "/commitments/?status=finished", 400),
    Page("commitment-2018", "/commitments/bp2018-c1/"),
    Page("commitment", commitment),
    Page("follow", "/follow/"),
    Page("follow-filtered", "/follow/?demonstration=yes&overdue=yes"),
    Page("progress", "/progress/"),
    Page("progress-2018", lambda: f"/progress/?event={record().slug}"),
    Page("progress-matrix", lambda: f"/progress/matrix/?event={demonstration().slug}"),
    Page("progress-matrix-2018", lambda: f"/progress/matrix/?event={record().slug}"),
    Page("commitments-of-point", commitments_of_point),
    Page("roundtable-then", lambda: past_page(demonstration().get_absolute_url())),
    Page("commitment-then", lambda: past_page(commitment())),
    Page("commitment-then-mistake", lambda: f"{commitment()}?as_of=2999-01-01", 400),
    Page("progress-then", lambda: f"{past_page('/progress/')}&demonstration=yes"),
    Page("changes", "/changes/"),
    Page("changes-demonstration", lambda: f"/changes/?event={demonstration().slug}"),
    Page("changes-mistake", "/changes/?since=soon", 400),
    Page("organisations", "/organisations/"),
    Page("organisation", organisation),
    Page("directory", "/directory/?demonstration=yes"),
    Page("directory-table", "/directory/?demonstration=yes&view=table"),
    Page("directory-countries", "/directory/?demonstration=yes&view=country"),
    Page("directory-nobody", "/directory/?demonstration=yes&q=zxzxzx"),
    Page("directory-mistake", "/directory/?country=XX", 400),
    Page("person", open_person),
    Page("request-invitation", "/invite-me/"),
    Page("request-invitation-done", "/invite-me/sent/"),
    Page("invitation", "/links/demonstration-binita/"),
    Page("invitation-closed", "/links/demonstration-kavitha/", 404),
    Page("search", "/search/"),
    Page("search-found", "/search/?demonstration=yes&q=training"),
    Page("search-nothing", "/search/?q=zxzxzx"),
    Page("about", "/about/"),
    Page("accessibility", "/accessibility/"),
    Page("privacy", "/privacy/"),
    Page("erased", "/erased/"),
    Page("hide-by-link", lambda: email_link(emails.hide_url)),
    Page("unsubscribe-by-link", unsubscribe_link),
    Page("review-by-link", lambda: email_link(retention.review_url)),
    Page("report-by-link", report_by_link),
    Page("link-closed", "/links/", 404),
    Page("open-link-again", "/report/0/", 404),
    Page("not-found", "/nothing/", 404),
]
SIGN_IN_PAGES = [
    Page("sign-in", "/accounts/login/"),
    Page("sign-up", "/accounts/signup/"),
]
SIGNED_IN_PAGES = [
    Page("me", "/me/"),
    Page("hide", "/me/hide/"),
    Page("preview-visitor", "/me/preview/"),
    Page("preview-participant", "/me/preview/?viewer=participant"),
    Page("preview-cochair", "/me/preview/?viewer=cochair"),
    Page("my-audience", "/me/audience/"),
    Page("my-audience-way", own_channel),
    Page("my-nominations", "/me/nominations/"),
    Page("my-introductions", "/me/introductions/"),
    Page("introduction-ask", introduction_request),
    Page("my-consent", "/me/consent/"),
    Page("my-consent-notice", "/me/consent/4/en/"),
    Page("my-review", "/me/review/"),
    Page("my-commitments", "/me/commitments/"),
    Page("report", lambda: reverse("report", args=[own_party().pk])),
    Page("recorded-texts", lambda: reverse("recorded-texts", args=[own_party().pk])),
    Page("my-proposal", own_proposal),
    Page("my-responses", "/me/answers/"),
    Page("my-response", own_answer),
    Page("my-subscriptions", "/me/following/"),
    Page("my-offers", "/me/offers/"),
    Page("new-offer", lambda: own_answer().replace("/answers/", "/offers/new/")),
    Page("new-statement-offer", lambda: f"/me/offers/new/{own_answer().split('/')[-3]}/"),
    Page("my-assessments", "/me/assessments/"),
    Page("my-assessment", assessment_form),
    Page("my-access-log", "/me/looks/"),
    Page("my-data", "/me/data/"),
    Page("me-erase", "/me/erase/"),
    Page("person-inside", inside_person),
    Page("account-address", "/accounts/email/"),
    Page("account-second-factor", "/accounts/2fa/"),
    Page("account-app", "/accounts/2fa/totp/activate/"),
    Page("account-passkeys", "/accounts/2fa/webauthn/"),
    Page("account-passkey-new", "/accounts/2fa/webauthn/add/"),
    Page("account-is-it-you", "/accounts/reauthenticate/"),
    Page("account-mailbox", "/accounts/mailbox/"),
    Page("account-recovery-codes-new", "/accounts/2fa/recovery-codes/generate/"),
    Page("account-left", "/me/left/"),
    Page("my-rights", "/me/rights/"),
    Page("account-sessions", "/accounts/sessions/"),
    Page("account-sign-out", "/accounts/logout/"),
    Page("desk-refused", "/admin/", 403),
]
# Someone who was invited, and has entered the code.
INVITED_PAGES = [
    Page("invitation-own", "/links/demonstration-bounmy/"),
    Page("welcome", "/welcome/"),
    Page("welcome-sharing", "/welcome/sharing/"),
    Page("welcome-codes", "/welcome/codes/"),
    Page("welcome-erase", "/welcome/erase/"),
]
# Someone who works on a roundtable without having taken part.
COCHAIR_PAGES = [
    Page("me-without-profile", "/me/"),
    Page("my-commitments-none", "/me/commitments/"),
    Page("brief", lambda: f"{demonstration().get_absolute_url()}brief/"),
]


def admin_pages() -> dict[str, str]:
    """A name and an address for each kind of page of the admin."""
    event = demonstration()
    participation = event.participations.order_by("pk")[0]
    update = ProgressUpdate.objects.filter(commitment__event=event).order_by("pk")[0]
    rows = {
        "roundtable_event": event.pk,
        "roundtable_series": event.series_id,
        "participants_organisation": participation.organisation_id,
        "participants_delegate": participation.delegate_id,
        "participants_participation": participation.pk,
        "participants_user": Grant.objects.all()[0].user_id,
        "participants_grant": Grant.objects.all()[0].pk,
        "participants_invitationrequest": InvitationRequest.objects.order_by("pk")[0].pk,
        "outcomes_statement": event.statement.pk,
        "outcomes_outcome": event.statement.outcomes.points()[0].pk,
        "outcomes_commitment": update.commitment_id,
        "outcomes_milestone": Milestone.objects.order_by("pk")[0].pk,
        "outcomes_progressupdate": update.pk,
        "outcomes_reportinground": event.reporting_rounds.order_by("pk")[0].pk,
        "outcomes_response": Response.objects.filter(state="submitted").order_by("pk")[0].pk,
        "outcomes_assessment": Assessment.objects.order_by("pk")[0].pk,
    }
    found = {"index": reverse("admin:index"), "app": "/admin/outcomes/"}
    for name, pk in rows.items():
        found[f"{name}-list"] = reverse(f"admin:{name}_changelist")
        found[f"{name}-change"] = reverse(f"admin:{name}_change", args=[pk])
    for name in (
        "roundtable_event",
        "participants_delegate",
        "participants_introduction",
        "outcomes_commitment",
        "outcomes_reportinground",
    ):
        found[f"{name}-add"] = reverse(f"admin:{name}_add")
    found["decide"] = reverse("admin:decide")
    found["decide-one"] = reverse("admin:decide_one", args=["grant", rows["participants_grant"]])
    found["offers"] = reverse("admin:outcomes_offer_changelist")
    waits = ProgressUpdate.objects.filter(state="submitted").order_by("pk")[0]
    found["approval"] = reverse("admin:outcomes_progressupdate_review", args=[waits.pk])
    commitment = [rows["outcomes_commitment"]]
    found["compare"] = reverse("admin:decide_one", args=["commitment", *commitment])
    found["propose"] = reverse("admin:outcomes_commitment_propose", args=commitment)
    step = [rows["outcomes_milestone"]]
    found["delete"] = reverse("admin:outcomes_milestone_delete", args=step)
    found["history"] = reverse("admin:outcomes_commitment_history", args=commitment)
    past = event.history.earliest("history_id").history_id
    found["put-back"] = reverse("admin:roundtable_event_restore", args=[event.pk, past])
    found["event-history"] = reverse("admin:roundtable_event_history", args=[event.pk])
    grant = [rows["participants_grant"]]
    found["hand-over"] = reverse("admin:participants_grant_handover", args=grant)
    found["suspend-right"] = reverse("admin:participants_grant_suspend", args=grant)
    letter = make_letter(event, organisation=participation.organisation)
    found["letters"] = reverse("admin:participants_letter_changelist")
    found["letter"] = reverse("admin:participants_letter_change", args=[letter.pk])
    coming = timezone.localdate() + timedelta(days=183)
    following = make_event(
        series=event.series, is_demonstration=True, starts_on=coming, ends_on=coming
    )
    found["carry-over"] = reverse("admin:carry_over", args=[following.pk])
    last = make_event(series=make_series(), is_demonstration=True)
    found["start-next"] = reverse("admin:start_next", args=[last.pk])
    asked = make_participant_list(event)
    change = "admin:participants_participantlist_change"
    found["participant-list"] = reverse(change, args=[asked.pk])
    found["participant-lists"] = reverse("admin:participants_participantlist_changelist")
    found["mail-on-hold"] = reverse("admin:roundtable_mailbatch_changelist")
    found["export"] = reverse("admin:outcomes_commitment_export")
    found["people-workbook"] = reverse("admin:roundtable_event_people_workbook", args=[event.pk])
    found["workbook"] = reverse("admin:roundtable_event_import")
    pk = event.statement.pk
    for name in ("text", "agreement", "corrigendum", "emails"):
        found[f"statement-{name}"] = reverse(f"admin:outcomes_statement_{name}", args=[pk])
    found["statement-version"] = reverse("admin:outcomes_statement_version", args=[pk, 1])
    found["popup"] = reverse("admin:participants_organisation_add") + "?_popup=1"
    return found
