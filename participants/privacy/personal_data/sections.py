"""What is held of a person beside the rows of tables: the log, introductions, what one decided."""

from collections.abc import Iterable
from datetime import datetime

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from participants.introductions.lifecycle import list_introductions
from participants.models.redirects import merged_delegates
from participants.privacy import access_log
from participants.privacy.personal_data.tables import TABLES
from participants.privacy.personal_data.values import DataSubject, Item, Section, Value
from participants.privacy.visibility import get_viewer
from roundtable.audit import log as audit
from roundtable.audit.models import AuditEntry


def collect_personal_data(person: DataSubject, at: datetime) -> list[Section]:
    """All of it: page, JSON, text and ZIP are made from this and nothing else."""
    return [table.section(person) for table in TABLES] + other_sections(person, at)


# What somebody decided about others: how often, never about whom.
DECISIONS = {
    "outcomes.Assessment.approved_by": _("Assessments that you approved"),
    "outcomes.Assessment.author": _("Assessments that you wrote"),
    "outcomes.Circulation.opened_by": _("Texts that you circulated"),
    "outcomes.Offer.approved_by": _("Offers that you approved"),
    "outcomes.Offer.author": _("Offers that you wrote"),
    "outcomes.ProgressUpdate.approved_by": _("Updates that you approved"),
    "outcomes.ProgressUpdate.author": _("Updates that you wrote"),
    "outcomes.ReportingRound.opened_by": _("Rounds of reporting that you opened"),
    "outcomes.CirculationReply.author": _("Answers to circulated texts that you wrote"),
    "outcomes.Response.approved_by": _("Responses that you approved"),
    "outcomes.Response.author": _("Responses that you wrote"),
    "outcomes.SignOff.signer": _("Texts that you signed"),
    "outcomes.Upload.user": _("Files that you bring in"),
    "participants.FactorReset.approved_by": _("Resets of a second factor that you agreed to"),
    "participants.FactorReset.requested_by": _("Resets of a second factor that you asked for"),
    "participants.Introduction.proposed_by": _("Introductions that you proposed"),
    "participants.Invitation.invited_by": _("Invitations that you sent"),
    "participants.InvitationRequest.decided_by": _("Requests to be invited that you decided"),
    "participants.ParticipantList.requested_by": _("Lists of participants that you asked for"),
    "participants.ParticipantList.decided_by": _("Lists of participants that you decided about"),
    "participants.Participation.confirmed_by": _("Participations that you confirmed"),
}


def _items(**values: tuple[object, Value]) -> list[Item]:
    return [Item(name, str(label), value) for name, (label, value) in values.items()]


def other_sections(person: DataSubject, at: datetime) -> list[Section]:
    """These parts, each in a fixed number of queries."""
    return [
        Section(
            "focal_point_for",
            str(_("Commitments that you are asked about")),
            _focal_point_rows(person),
        ),
        Section(
            "report_links", str(_("Links to report that you were sent")), _report_link_rows(person)
        ),
        Section("subscriptions", str(_("What you follow by mail")), _follow_rows(person)),
        Section("introductions", str(_("Introductions")), _introduction_rows(person, at)),
        Section("looks", str(_("Who looked at you")), _access_rows(person)),
        Section(
            "log_about_you", str(_("What else the log says about you")), _log_rows_about(person)
        ),
        Section("log_by_you", str(_("What the log says that you did")), _log_rows_by(person)),
        Section("acts", str(_("What you decided about others")), [_decision_counts(person)]),
    ]


def _focal_point_rows(person: DataSubject) -> list[list[Item]]:
    if person.delegate is None:
        return []
    parties = person.delegate.focal_point_for.select_related("commitment", "organisation", "group")
    return [
        _items(
            commitment=(_("Commitment"), str(party.commitment)),
            party=(_("For"), str(party)),
            accepted_at=(_("Accepted"), party.focal_point_accepted_at),
        )
        for party in parties.order_by("pk")
    ]


def _report_link_rows(person: DataSubject) -> list[list[Item]]:
    if person.delegate is None:
        return []
    links = person.delegate.report_links.select_related("party__commitment")
    return [
        _items(
            commitment=(_("Commitment"), str(link.party.commitment)),
            created_at=(_("Made"), link.created_at),
            expires_at=(_("Works until"), link.expires_at),
            revoked_at=(_("Taken back"), link.revoked_at),
        )
        for link in links.order_by("pk")
    ]


def _follow_rows(person: DataSubject) -> list[list[Item]]:
    rows = person.user.subscriptions.select_related(
        "event", "theme", "organisation", "outcome", "commitment"
    )
    return [
        _items(
            what=(_("What"), str(row)),
            frequency=(_("How often"), row.get_frequency_display()),
            notified_until=(_("Told until"), row.notified_until),
        )
        for row in rows.order_by("pk")
    ]


def _introduction_rows(person: DataSubject, at: datetime) -> list[list[Item]]:
    if person.delegate is None:
        return []
    viewer = get_viewer(person.user, at.date())
    return [
        _items(
            # The name only where the person may see that the other one is listed.
            other=(_("With"), side.card.name if side.card else None),
            message=(_("Why"), side.message),
            proposed_at=(_("Proposed"), side.proposed_at),
            proposer=(_("By"), side.proposer),
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
    # Neither who did it nor whom it was about: that is what the log says of others.
    return [
        _items(
            at=(_("When"), entry.at),
            action=(_("What"), entry.action),
            organisation=(_("For which organisation"), entry.organisation),
            detail=(_("Detail"), entry.detail),
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
