"""What the person did and wrote about others.

The person's own words are complete. Whom an act is about is left out: a file that names people
needs two co-chairs, and this one needs no one else.
"""

from django.utils.translation import gettext_lazy as _

from participants.models import (
    AccountChange,
    CanaryConfirmation,
    Grant,
    GrantConfirmation,
    Introduction,
    Invitation,
    InvitationRequest,
    ListClosureConfirmation,
    OrganisationChange,
    OrganisationChangeConfirmation,
    ParticipantList,
    Participation,
    ParticipationConfirmation,
    Proposal,
)
from participants.privacy.personal_data.tables import (
    INTERNAL_ID_REASON,
    OTHER_PERSON_REASON,
    OWNER_REASON,
)
from participants.privacy.personal_data.values import PersonalDataTable

NOT_YOURS_REASON = "written or decided by another person"
HASH_REASON = "a hash, which the portal compares with the content"
CONFIRMED = ("capacity", "on_behalf_of", "confirmed_at")
CONFIRMED_WITHHELD = {"id": INTERNAL_ID_REASON, "by": OWNER_REASON, "content_hash": HASH_REASON}


ACTS = (
    PersonalDataTable(
        "introductions_proposed",
        _("Introductions that you asked for or proposed"),
        Introduction,
        ("proposed_by",),
        ("message", "proposed_at"),
        {
            "id": INTERNAL_ID_REASON,
            "proposed_by": OWNER_REASON,
            "handle": "identifies it in URLs",
            **dict.fromkeys(("first", "second"), OTHER_PERSON_REASON),
            **dict.fromkeys(
                (
                    "first_accepted_at",
                    "second_accepted_at",
                    "first_ended_at",
                    "second_ended_at",
                ),
                "what each of the two people answered is theirs",
            ),
        },
    ),
    PersonalDataTable(
        "invitations_sent",
        _("Invitations that you sent"),
        Invitation,
        ("invited_by",),
        ("event", "own_words", "invited_at"),
        {
            "id": INTERNAL_ID_REASON,
            "invited_by": OWNER_REASON,
            **dict.fromkeys(("delegate", "email"), OTHER_PERSON_REASON),
            **dict.fromkeys(
                ("expires_at", "answer", "answered_at", "revoked_at"), NOT_YOURS_REASON
            ),
        },
    ),
    PersonalDataTable(
        "nominations",
        _("Nominations that you made"),
        InvitationRequest,
        ("nominated_by",),
        ("event", "nominated_for", "note", "requested_at"),
        {
            "id": INTERNAL_ID_REASON,
            "nominated_by": OWNER_REASON,
            "organisation": "the name of the organisation for which you nominated",
            **dict.fromkeys(("name", "email", "post", "capacity"), OTHER_PERSON_REASON),
            **dict.fromkeys(("decision", "decided_by", "decided_at"), NOT_YOURS_REASON),
        },
    ),
    PersonalDataTable(
        "invitation_requests_decided",
        _("Requests to be invited that you decided on"),
        InvitationRequest,
        ("decided_by",),
        ("event", "decision", "decided_at"),
        {
            "id": INTERNAL_ID_REASON,
            "decided_by": OWNER_REASON,
            **dict.fromkeys(
                (
                    "name",
                    "organisation",
                    "email",
                    "note",
                    "nominated_by",
                    "nominated_for",
                    "post",
                    "capacity",
                ),
                OTHER_PERSON_REASON,
            ),
            "requested_at": NOT_YOURS_REASON,
        },
    ),
    PersonalDataTable(
        "entries_proposed",
        _("Entries about others that you proposed, and that wait for an answer"),
        Proposal,
        ("proposed_by",),
        ("kind", "on_behalf_of", "proposed_at"),
        {
            "id": INTERNAL_ID_REASON,
            "proposed_by": OWNER_REASON,
            "handle": "identifies it in URLs",
            **dict.fromkeys(
                (
                    "delegate",
                    "affiliation",
                    "event",
                    "organisation",
                    "capacity",
                    "nomination",
                    "post",
                    "since",
                    "until",
                    "name_latin",
                    "duplicate",
                ),
                OTHER_PERSON_REASON,
            ),
        },
    ),
    PersonalDataTable(
        "participations_confirmed",
        _("Participations that you confirmed"),
        ParticipationConfirmation,
        ("by",),
        ("participation__event", "participation__organisation", *CONFIRMED),
        {
            **CONFIRMED_WITHHELD,
            "has_effect": "whether it still counts; the desk shows it",
            "before_suspension": "whether it was suspended afterwards; the desk shows it",
        },
    ),
    PersonalDataTable(
        "participations_entered",
        _("Participations that you entered"),
        Participation,
        ("entered_by",),
        ("event", "organisation", "entered_at"),
        {
            "id": INTERNAL_ID_REASON,
            "entered_by": OWNER_REASON,
            **dict.fromkeys(
                (
                    "delegate",
                    "capacity",
                    "nomination",
                    "is_protected_from_desk",
                    "confirmed_at",
                    "took_effect_at",
                    "details_open_on",
                    "suspended_at",
                    "suspended_by",
                    "suspended_for",
                    "suspension_reason",
                    "ended_at",
                ),
                OTHER_PERSON_REASON,
            ),
        },
    ),
    PersonalDataTable(
        "participations_suspended",
        _("Participations that you suspended"),
        Participation,
        ("suspended_by",),
        ("event", "organisation", "suspended_at", "suspended_for", "suspension_reason"),
        {
            "id": INTERNAL_ID_REASON,
            "suspended_by": OWNER_REASON,
            **dict.fromkeys(
                (
                    "delegate",
                    "capacity",
                    "nomination",
                    "entered_at",
                    "entered_by",
                    "is_protected_from_desk",
                    "confirmed_at",
                    "took_effect_at",
                    "details_open_on",
                    "ended_at",
                ),
                OTHER_PERSON_REASON,
            ),
        },
    ),
    PersonalDataTable(
        "lists_closed",
        _("Lists of participants that you agreed to close"),
        ListClosureConfirmation,
        ("by",),
        ("closure__event", *CONFIRMED),
        CONFIRMED_WITHHELD,
    ),
    PersonalDataTable(
        "made_up_people",
        _("Made-up people in lists of participants that you agreed to"),
        CanaryConfirmation,
        ("by",),
        ("event", *CONFIRMED),
        CONFIRMED_WITHHELD,
    ),
    PersonalDataTable(
        "lists_requested",
        _("Lists of participants that you requested"),
        ParticipantList,
        ("requested_by",),
        ("event", "purpose", "is_for_venue", "requested_at", "decided_at", "expires_at"),
        {
            "id": INTERNAL_ID_REASON,
            "requested_by": OWNER_REASON,
            "decided_by": OTHER_PERSON_REASON,
            **dict.fromkeys(
                ("watermark", "canary_name", "canary_email"),
                "shows who passed a list on, so it must not be known",
            ),
        },
    ),
    PersonalDataTable(
        "lists_decided",
        _("Lists of participants that you decided on"),
        ParticipantList,
        ("decided_by",),
        ("event", "is_for_venue", "decided_at", "expires_at"),
        {
            "id": INTERNAL_ID_REASON,
            "decided_by": OWNER_REASON,
            "requested_by": OTHER_PERSON_REASON,
            **dict.fromkeys(("purpose", "requested_at"), NOT_YOURS_REASON),
            **dict.fromkeys(
                ("watermark", "canary_name", "canary_email"),
                "shows who passed a list on, so it must not be known",
            ),
        },
    ),
    PersonalDataTable(
        "grants_requested",
        _("Permissions that you requested for others"),
        Grant,
        ("requested_by",),
        ("event", "role", "on_behalf_of", "reason", "valid_from", "valid_until"),
        {
            "id": INTERNAL_ID_REASON,
            "requested_by": OWNER_REASON,
            **dict.fromkeys(("user", "suspended_by", "replaces"), OTHER_PERSON_REASON),
            **dict.fromkeys(
                (
                    "effective_on",
                    "suspended_at",
                    "suspended_for",
                    "suspension_reason",
                    "granted_at",
                ),
                NOT_YOURS_REASON,
            ),
        },
    ),
    PersonalDataTable(
        "grants_suspended",
        _("Permissions that you suspended"),
        Grant,
        ("suspended_by",),
        ("event", "role", "suspended_at", "suspended_for", "suspension_reason"),
        {
            "id": INTERNAL_ID_REASON,
            "suspended_by": OWNER_REASON,
            **dict.fromkeys(("user", "requested_by", "replaces"), OTHER_PERSON_REASON),
            **dict.fromkeys(
                (
                    "on_behalf_of",
                    "reason",
                    "valid_from",
                    "valid_until",
                    "effective_on",
                    "granted_at",
                ),
                NOT_YOURS_REASON,
            ),
        },
    ),
    PersonalDataTable(
        "grants_confirmed",
        _("Permissions that you confirmed"),
        GrantConfirmation,
        ("by",),
        ("grant__event", "grant__role", *CONFIRMED),
        CONFIRMED_WITHHELD,
    ),
    PersonalDataTable(
        "address_codes_fetched",
        _("Codes for a change of address that you fetched for others"),
        AccountChange,
        ("code_by",),
        ("code_at", "spoke"),
        {
            "id": INTERNAL_ID_REASON,
            "code_by": OWNER_REASON,
            "code_hash": HASH_REASON,
            **dict.fromkeys(("user", "account", "email", "former"), OTHER_PERSON_REASON),
            **dict.fromkeys(
                (
                    "kind",
                    "reason",
                    "evidence",
                    "requested_at",
                    "waits_from",
                    "made_at",
                    "closed_at",
                    "outcome",
                ),
                NOT_YOURS_REASON,
            ),
        },
    ),
    PersonalDataTable(
        "organisation_changes_requested",
        _("Changes of organisations that you requested"),
        OrganisationChange,
        ("requested_by",),
        (
            "what",
            "organisation",
            "kind",
            "country",
            "name",
            "short_name",
            "target",
            "event",
            "role",
            "reason",
            "requested_at",
            "effective_on",
            "done_at",
            "stopped_at",
        ),
        {
            "id": INTERNAL_ID_REASON,
            "requested_by": OWNER_REASON,
            "former_name": "the history of the organisation shows it",
        },
    ),
    PersonalDataTable(
        "organisation_changes_confirmed",
        _("Changes of organisations that you confirmed"),
        OrganisationChangeConfirmation,
        ("by",),
        ("change__what", "change__organisation", *CONFIRMED),
        CONFIRMED_WITHHELD,
    ),
)
