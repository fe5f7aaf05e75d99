"""What people wrote and decided about outcomes, for their own data.

Each withheld field has a reason. Tests fail for tables and fields that are missing here.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from outcomes.models import (
    Assessment,
    CalendarAddress,
    Circulation,
    CirculationReply,
    CommitmentParty,
    Dispute,
    EditorialState,
    EditorialText,
    Evidence,
    Handover,
    Offer,
    OfferedMilestone,
    ProgressUpdate,
    ReportingRound,
    Response,
    SignOff,
    SourceComparison,
    Subscription,
    Undertaking,
    Upload,
)
from participants.privacy.personal_data.acts import HASH_REASON, NOT_YOURS_REASON
from participants.privacy.personal_data.sections import register_tables
from participants.privacy.personal_data.tables import (
    INTERNAL_ID_REASON,
    OTHER_PERSON_REASON,
    OWNER_REASON,
)
from participants.privacy.personal_data.values import DataSubject, PersonalDataTable

COMMITMENT_LABEL = _("Commitment")
EDITORIAL = ("state", "submitted_at", "note", "approved_at")
EDITORIAL_WITHHELD = {
    "id": INTERNAL_ID_REASON,
    "author": OWNER_REASON,
    "approved_by": OTHER_PERSON_REASON,
    "has_no_personal_details": "always yes for a submitted text",
    "revision": "counts how often it was saved",
}
REPORT = (
    "commitment__reference",
    "party__organisation",
    "party__group",
    "reported_on",
    "status",
    "completion",
    "is_unchanged",
    "text",
    "obstacles",
    "next_steps",
    "reason",
    "source",
    "received_on",
    "reported_by",
    "recorded_at",
    "confirmed_at",
    *EDITORIAL,
)
REPORT_WITHHELD = {
    **EDITORIAL_WITHHELD,
    "party_hash": HASH_REASON,
    "refused_hash": HASH_REASON,
    "submitter_unknown": "only for reports without an author",
    "in_place_of": "only for rows without a text",
}


def _reports_of_own_parties(person: DataSubject) -> "QuerySet[ProgressUpdate]":
    """What the person can also read on the page of the task, last edited by someone else."""
    rows = ProgressUpdate.objects.filter(party__focal_point=person.delegate or 0)
    rows = rows.exclude(state=EditorialState.DRAFT).exclude(party_hash="")
    return rows.filter(~Q(author=person.user) | Q(author=None), in_place_of=None)


def _reports_edited(person: DataSubject) -> "QuerySet[ProgressUpdate]":
    rows = ProgressUpdate.objects.filter(edited_by=person.user)
    return rows.filter(~Q(author=person.user) | Q(author=None))


def _reason_of_lead(row: Offer) -> str:
    # Afterwards, the note may be a co-chair's.
    return row.note if row.is_declined() else ""


def _withheld(model: Any, *shown: str, **reasons: str) -> dict[str, str]:
    """Of a row that others wrote: all columns but these."""
    names = {column.name for column in model._meta.concrete_fields} - {*shown, "id"}
    return {**dict.fromkeys(names, NOT_YOURS_REASON), "id": INTERNAL_ID_REASON, **reasons}


def _checked(key: str, title: Any, model: type[EditorialText], *shown: str) -> PersonalDataTable:
    return PersonalDataTable(
        key,
        title,
        model,
        ("approved_by",),
        (*shown, "organisation", "approved_at"),
        _withheld(
            model,
            "organisation",
            "approved_at",
            *(name.split("__")[0] for name in shown),
            approved_by=OWNER_REASON,
            author=OTHER_PERSON_REASON,
        ),
        LABELS,
    )


LABELS = {
    "commitment__reference": COMMITMENT_LABEL,
    "party__commitment__reference": COMMITMENT_LABEL,
    "update__commitment__reference": COMMITMENT_LABEL,
    "offer__commitment__reference": COMMITMENT_LABEL,
    "outcome__number": _("Point"),
    "offer__outcome__number": _("Point"),
    "circulation__version__number": _("Version of the text"),
    "version__number": _("Version of the text"),
    "note": _("What you were asked to change"),
    "approved_at": _("Checked"),
    "submitted_at": _("Submitted"),
    "recorded_at": _("Recorded"),
}

register_tables(
    PersonalDataTable(
        "reports",
        _("Progress reports that you wrote"),
        ProgressUpdate,
        ("author",),
        REPORT,
        REPORT_WITHHELD,
        LABELS,
    ),
    PersonalDataTable(
        "party_reports",
        _("Reports of parties that you report for, last edited by others"),
        ProgressUpdate,
        (),
        REPORT,
        REPORT_WITHHELD,
        LABELS,
        find=_reports_of_own_parties,
    ),
    PersonalDataTable(
        "reports_edited",
        _("Reports that you entered or edited, and others edited after you"),
        ProgressUpdate,
        ("edited_by",),
        ("commitment__reference", "party__organisation", "party__group", "reported_on"),
        _withheld(ProgressUpdate, "commitment", "party", "reported_on", author=OTHER_PERSON_REASON),
        LABELS,
        find=_reports_edited,
    ),
    PersonalDataTable(
        "evidence",
        _("Pages and files with your reports"),
        Evidence,
        (),
        (
            "update__commitment__reference",
            "update__reported_on",
            "title",
            "url",
            "file",
            "media_type",
            "dated_on",
            "is_public",
        ),
        {"id": INTERNAL_ID_REASON, "key": "identifies it in URLs"},
        {**LABELS, "update__reported_on": _("Report as of")},
        find=lambda person: Evidence.objects.filter(update__author=person.user),
    ),
    PersonalDataTable(
        "responses",
        _("Answers to recommendations that you wrote"),
        Response,
        ("author",),
        (
            "outcome__statement__event",
            "outcome__number",
            "organisation",
            "stance",
            "text",
            "answered_on",
            "source",
            *EDITORIAL,
        ),
        EDITORIAL_WITHHELD,
        LABELS,
    ),
    PersonalDataTable(
        "offers",
        _("Offers that you wrote"),
        Offer,
        ("author",),
        (
            "outcome__statement__event",
            "outcome__number",
            "statement__event",
            "commitment__reference",
            "organisation",
            "text",
            "due_on",
            "is_open",
            "lead_asked_at",
            "lead_answer",
            "lead_answered_at",
            *EDITORIAL,
        ),
        {
            **EDITORIAL_WITHHELD,
            "lead_hash": HASH_REASON,
            "lead_answered_by": OTHER_PERSON_REASON,
        },
        {**LABELS, "statement__event": _("Whole statement of")},
    ),
    PersonalDataTable(
        "offered_milestones",
        _("Milestones in your offers"),
        OfferedMilestone,
        (),
        ("offer__commitment__reference", "offer__outcome__number", "title", "due_on"),
        {"id": INTERNAL_ID_REASON},
        LABELS,
        find=lambda person: OfferedMilestone.objects.filter(offer__author=person.user),
    ),
    PersonalDataTable(
        "joins_answered",
        _("Requests to join that you answered for a lead"),
        Offer,
        ("lead_answered_by",),
        ("commitment__reference", "organisation", "lead_answer", "lead_answered_at"),
        _withheld(
            Offer,
            "commitment",
            "organisation",
            "lead_answer",
            "lead_answered_at",
            author=OTHER_PERSON_REASON,
            lead_answered_by=OWNER_REASON,
        ),
        LABELS,
        {"reason": (_("Your reason"), _reason_of_lead)},
    ),
    PersonalDataTable(
        "assessments",
        _("Assessments that you wrote"),
        Assessment,
        ("author",),
        (
            "commitment__reference",
            "organisation",
            "finding",
            "text",
            "assessed_on",
            "source",
            *EDITORIAL,
        ),
        EDITORIAL_WITHHELD,
        LABELS,
    ),
    PersonalDataTable(
        "circulation_replies",
        _("Answers to circulated texts that you wrote"),
        CirculationReply,
        ("author",),
        (
            "circulation__version__statement__event",
            "circulation__version__number",
            "organisation",
            "answer",
            "text",
            "answered_at",
        ),
        {"id": INTERNAL_ID_REASON, "author": OWNER_REASON},
        LABELS,
    ),
    PersonalDataTable(
        "disputes",
        _("Texts that you did not recognise, for a party"),
        Dispute,
        ("disputed_by",),
        (
            "party__commitment__reference",
            "update__commitment__reference",
            "update__reported_on",
            "disputed_on",
            "settled_at",
            "settled_how",
        ),
        {"id": INTERNAL_ID_REASON, "disputed_by": OWNER_REASON, "content_hash": HASH_REASON},
        {
            **LABELS,
            "update__commitment__reference": _("Report on"),
            "update__reported_on": _("Report as of"),
        },
    ),
    PersonalDataTable(
        "focal_point_for",
        _("Commitments for which you are the focal point"),
        CommitmentParty,
        ("focal_point",),
        (
            "commitment__reference",
            "organisation",
            "group",
            "role",
            "recorded_at",
            "focal_point_accepted_at",
            "reminders_stopped_at",
        ),
        {"id": INTERNAL_ID_REASON, "focal_point": OWNER_REASON},
        LABELS,
    ),
    PersonalDataTable(
        "undertakings",
        _("Commitments that you were asked to accept for a party"),
        Undertaking,
        ("delegate",),
        (
            "party__commitment__reference",
            "created_at",
            "expires_at",
            "answer",
            "answered_at",
            "note",
            "ended_at",
        ),
        {
            "id": INTERNAL_ID_REASON,
            "delegate": OWNER_REASON,
            "proposed_by": OTHER_PERSON_REASON,
            "content_hash": HASH_REASON,
        },
        {**LABELS, "note": _("Your reason")},
    ),
    PersonalDataTable(
        "returned_tasks",
        _("Tasks that you returned"),
        Handover,
        ("returned_by",),
        ("party__commitment__reference", "suggestion", "handed_over_at", "resolved_at"),
        {"id": INTERNAL_ID_REASON, "returned_by": OWNER_REASON},
        {**LABELS, "handed_over_at": _("Returned")},
    ),
    PersonalDataTable(
        "subscriptions",
        _("What you follow by email"),
        Subscription,
        ("user",),
        (
            "event",
            "theme",
            "organisation",
            "outcome__statement__event",
            "outcome__number",
            "commitment__reference",
            "frequency",
            "notified_until",
        ),
        {"id": INTERNAL_ID_REASON, "user": OWNER_REASON},
        LABELS,
    ),
    PersonalDataTable(
        "calendar_address",
        _("The address of your calendar"),
        CalendarAddress,
        ("user",),
        ("created_at",),
        {
            "id": INTERNAL_ID_REASON,
            "user": OWNER_REASON,
            "key_hash": "a secret: anyone who has it can read your calendar",
        },
        LABELS,
    ),
    PersonalDataTable(
        "signatures",
        _("Texts that you signed"),
        SignOff,
        ("signer",),
        ("version__statement__event", "version__number", "organisation", "sha256", "signed_at"),
        {"id": INTERNAL_ID_REASON, "signer": OWNER_REASON},
        LABELS,
    ),
    PersonalDataTable(
        "circulations",
        _("Texts that you circulated"),
        Circulation,
        ("opened_by",),
        (
            "version__statement__event",
            "version__number",
            "opened_at",
            "deadline",
            "stop_reason",
            "stopped_at",
        ),
        {"id": INTERNAL_ID_REASON, "opened_by": OWNER_REASON},
        LABELS,
    ),
    PersonalDataTable(
        "comparisons",
        _("Texts that you compared with their source"),
        SourceComparison,
        ("compared_by",),
        (
            "statement__event",
            "corrigendum__statement__event",
            "commitment__reference",
            "organisation",
            "compared_at",
        ),
        {"id": INTERNAL_ID_REASON, "compared_by": OWNER_REASON, "content_hash": HASH_REASON},
        {
            **LABELS,
            "statement__event": _("Statement of"),
            "corrigendum__statement__event": _("Correction of the statement of"),
        },
    ),
    PersonalDataTable(
        "commitments_proposed",
        _("Commitments that you proposed to a party"),
        Undertaking,
        ("proposed_by",),
        ("party__commitment__reference", "party__organisation", "created_at", "expires_at"),
        _withheld(
            Undertaking,
            "party",
            "created_at",
            "expires_at",
            proposed_by=OWNER_REASON,
            delegate=OTHER_PERSON_REASON,
        ),
        LABELS,
    ),
    PersonalDataTable(
        "rounds",
        _("Reporting rounds that you opened"),
        ReportingRound,
        ("opened_by",),
        ("event", "title", "due_on", "opened_at"),
        {"id": INTERNAL_ID_REASON, "opened_by": OWNER_REASON},
    ),
    PersonalDataTable(
        "uploads",
        _("Files that you uploaded for import"),
        Upload,
        ("user",),
        ("event", "uploaded_at", "state", "finished_at"),
        {
            "id": INTERNAL_ID_REASON,
            "user": OWNER_REASON,
            "key": "identifies it in URLs",
            "choices": "the columns that you matched; the page of the import shows them",
            **dict.fromkeys(("next_task", "run", "claimed_at"), "progress of the import"),
        },
    ),
    PersonalDataTable(
        "reports_checked",
        _("Reports that you checked"),
        ProgressUpdate,
        ("approved_by",),
        ("commitment__reference", "party__organisation", "reported_on", "approved_at"),
        _withheld(
            ProgressUpdate,
            "commitment",
            "party",
            "reported_on",
            "approved_at",
            approved_by=OWNER_REASON,
            author=OTHER_PERSON_REASON,
        ),
        LABELS,
    ),
    _checked("offers_checked", _("Offers that you checked"), Offer, "commitment__reference"),
    _checked(
        "responses_checked",
        _("Answers to recommendations that you checked"),
        Response,
        "outcome__statement__event",
        "outcome__number",
    ),
    _checked(
        "assessments_checked",
        _("Assessments that you checked"),
        Assessment,
        "commitment__reference",
    ),
)
