"""Personal data outside plain tables: log entries, introductions and decisions."""

from collections.abc import Iterable
from datetime import datetime

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from participants.introductions.lifecycle import list_introductions
from participants.models.redirects import merged_delegates
from participants.privacy import access_log
from participants.privacy.personal_data.log_actions import action_label, detail_label
from participants.privacy.personal_data.tables import TABLES
from participants.privacy.personal_data.values import DataSubject, Item, Section, Value
from participants.privacy.visibility import get_viewer
from roundtable.audit import log as audit
from roundtable.audit.models import AuditEntry


def collect_personal_data(person: DataSubject, at: datetime) -> list[Section]:
    """The only source of the page and of the JSON, text and ZIP files."""
    return [table.section(person) for table in TABLES] + other_sections(person, at)


# Decisions about others are counted, without naming the people concerned.
DECISIONS = {
    "outcomes.Assessment.approved_by": _("Assessments that you checked"),
    "outcomes.Assessment.author": _("Assessments that you wrote"),
    "outcomes.Circulation.opened_by": _("Texts that you circulated"),
    "outcomes.Dispute.disputed_by": _("Texts that you did not recognise, for a party"),
    "outcomes.Offer.approved_by": _("Offers that you checked"),
    "outcomes.Offer.author": _("Offers that you wrote"),
    "outcomes.Offer.lead_answered_by": _("Requests to join that you answered for a lead"),
    "outcomes.ProgressUpdate.approved_by": _("Updates that you checked"),
    "outcomes.ProgressUpdate.author": _("Updates that you wrote"),
    "outcomes.ProgressUpdate_edited_by.user": _("Updates that you entered or edited for a party"),
    "outcomes.ReportingRound.opened_by": _("Reporting rounds that you opened"),
    "outcomes.CirculationReply.author": _("Answers to circulated texts that you wrote"),
    "outcomes.Response.approved_by": _("Responses that you checked"),
    "outcomes.Response.author": _("Responses that you wrote"),
    "outcomes.SignOff.signer": _("Texts that you signed"),
    "outcomes.SourceComparison.compared_by": _("Texts that you compared with their source"),
    "outcomes.Undertaking.proposed_by": _("Commitments that you proposed to a party"),
    "outcomes.Upload.user": _("Files that you uploaded for import"),
    "participants.CanaryConfirmation.by": _("Made-up people in lists that you agreed to"),
    "participants.FactorReset.approved_by": _("Second factor resets that you approved"),
    "participants.FactorReset.requested_by": _("Second factor resets that you requested"),
    "participants.Introduction.proposed_by": _("Introductions that you proposed"),
    "participants.Invitation.invited_by": _("Invitations that you sent"),
    "participants.InvitationRequest.decided_by": _("Requests to be invited that you decided on"),
    "participants.InvitationRequest.nominated_by": _("People whom you nominated"),
    "participants.ParticipantList.requested_by": _("Participant lists that you requested"),
    "participants.ParticipantList.decided_by": _("Participant lists that you decided on"),
    "participants.Grant.requested_by": _("Rights that you requested"),
    "participants.AddressConfirmation.by": _("New addresses that you agreed to"),
    "participants.GrantConfirmation.by": _("Rights that you confirmed"),
    "participants.ListClosureConfirmation.by": _("Lists of participants that you closed"),
    "participants.OrganisationChange.requested_by": _("Changes of organisations you requested"),
    "participants.OrganisationChangeConfirmation.by": _("Changes of organisations you confirmed"),
    "participants.Participation.suspended_by": _("Participations that you suspended"),
    "participants.ParticipationConfirmation.by": _("Participations that you confirmed"),
    "participants.Proposal.proposed_by": _("Entries about others that you proposed"),
}


def _items(**values: tuple[object, Value]) -> list[Item]:
    return [Item(name, str(label), value) for name, (label, value) in values.items()]


def other_sections(person: DataSubject, at: datetime) -> list[Section]:
    return [
        Section(
            "focal_point_for",
            str(_("Commitments for which you are the focal point")),
            _focal_point_rows(person),
        ),
        Section(
            "undertakings",
            str(_("Commitments that you were asked to accept for a party")),
            _undertaking_rows(person),
        ),
        Section("returned_tasks", str(_("Tasks that you returned")), _returned_rows(person)),
        Section("subscriptions", str(_("What you follow by email")), _follow_rows(person)),
        Section("introductions", str(_("Introductions")), _introduction_rows(person, at)),
        Section("looks", str(_("Who opened your contact details")), _access_rows(person)),
        Section("log_about_you", str(_("Other log entries about you")), _log_rows_about(person)),
        Section("log_by_you", str(_("Log entries about what you did")), _log_rows_by(person)),
        Section("acts", str(_("Your decisions about others")), [_decision_counts(person)]),
    ]


def _focal_point_rows(person: DataSubject) -> list[list[Item]]:
    if person.delegate is None:
        return []
    parties = person.delegate.focal_point_for.select_related("commitment", "organisation", "group")
    return [
        _items(
            commitment=(_("Commitment"), str(party.commitment)),
            party=(_("Party"), str(party)),
            accepted_at=(_("Accepted"), party.focal_point_accepted_at),
        )
        for party in parties.order_by("pk")
    ]


def _undertaking_rows(person: DataSubject) -> list[list[Item]]:
    if person.delegate is None:
        return []
    rows = person.delegate.undertakings.select_related("party__commitment")
    return [
        _items(
            commitment=(_("Commitment"), str(row.party.commitment)),
            created_at=(_("Created"), row.created_at),
            expires_at=(_("Valid until"), row.expires_at),
            answer=(_("Answer"), row.get_answer_display()),
            answered_at=(_("Answered"), row.answered_at),
            note=(_("Reason"), row.note),
            ended_at=(_("Ended"), row.ended_at),
        )
        for row in rows.order_by("pk")
    ]


def _returned_rows(person: DataSubject) -> list[list[Item]]:
    if person.delegate is None:
        return []
    rows = person.delegate.returned_tasks.select_related("party__commitment")
    return [
        _items(
            commitment=(_("Commitment"), str(row.party.commitment)),
            handed_over_at=(_("Returned"), row.handed_over_at),
            suggestion=(_("Who could do it"), row.suggestion),
        )
        for row in rows.order_by("pk")
    ]


def _follow_rows(person: DataSubject) -> list[list[Item]]:
    rows = person.user.subscriptions.select_related(
        "event", "theme", "organisation", "outcome", "commitment"
    )
    return [
        _items(
            what=(_("What"), str(row)),
            frequency=(_("How often"), row.get_frequency_display()),
            notified_until=(_("Notified until"), row.notified_until),
        )
        for row in rows.order_by("pk")
    ]


def _introduction_rows(person: DataSubject, at: datetime) -> list[list[Item]]:
    if person.delegate is None:
        return []
    viewer = get_viewer(person.user, at.date())
    return [
        _items(
            # The name only if the person may see that the other one is listed.
            other=(_("With"), side.card.name if side.card else None),
            message=(_("Why"), side.message),
            proposed_at=(_("Proposed"), side.proposed_at),
            proposer=(_("Proposed by"), str(side.proposer.label)),
            is_accepted=(_("Accepted by both"), side.is_accepted),
        )
        for side in list_introductions(person.delegate, viewer, at)
    ]


def _access_rows(person: DataSubject) -> list[list[Item]]:
    if person.delegate is None:
        return []
    return [
        _items(
            at=(_("When"), look.at),
            action=(_("What"), look.action),
            organisation=(_("By which organisation"), look.organisation),
            name=(_("By which co-chair"), look.cochair or None),
        )
        for look in access_log.describe_entries(
            access_log.access_entries(person.delegate), person.delegate
        )
    ]


def _audit_keys(person: DataSubject) -> list[str]:
    rows = [*merged_delegates(person.delegate)] if person.delegate else []
    return audit.valid_keys(*rows, *([person.user] if person.user else []))


def _log_rows_about(person: DataSubject) -> list[list[Item]]:
    entries = AuditEntry.objects.filter(subject__in=_audit_keys(person))
    return _log_rows(entries.exclude(action__in=access_log.AccessAction.values))


def _log_rows_by(person: DataSubject) -> list[list[Item]]:
    return _log_rows(AuditEntry.objects.filter(actor__in=_audit_keys(person)))


def _log_rows(entries: Iterable[AuditEntry]) -> list[list[Item]]:
    # Leave out actor and subject, because they are data about other people.
    return [
        _items(
            at=(_("When"), entry.at),
            action=(_("What"), action_label(entry.action)),
            organisation=(_("For which organisation"), entry.organisation),
            detail=(_("Detail"), detail_label(entry.detail)),
        )
        for entry in entries
    ]


def _decision_counts(person: DataSubject) -> list[Item]:
    found = []
    for label, title in DECISIONS.items():
        model_label, name = label.rsplit(".", 1)
        rows = apps.get_model(model_label)._base_manager.filter(**{name: person.user})
        found.append(Item(label, str(title), rows.count()))
    return [*found, _history_count(person)]


def _history_count(person: DataSubject) -> Item:
    changes = 0
    for model in apps.get_models():
        if any(column.name == "history_user_id" for column in model._meta.concrete_fields):
            changes += model._base_manager.filter(history_user_id=person.user.pk).count()
    return Item("history", str(_("Versions of public records that you wrote")), changes)
