"""All personal data of someone: the tables, and what is outside plain tables."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from participants.introductions.lifecycle import list_introductions
from participants.models import Introduction
from participants.models.personal_data import ShownTo, shown_of
from participants.models.redirects import merged_delegates
from participants.privacy import access_log
from participants.privacy.personal_data.log_actions import action_label, detail_label
from participants.privacy.personal_data.values import (
    DataSubject,
    Item,
    Section,
    Value,
    section_of,
)
from participants.privacy.visibility import get_viewer
from roundtable.audit import log as audit
from roundtable.audit.models import AuditEntry
from roundtable.history.versions import changed_fields

# What is about the account and the profile comes first, what the person did last.
_ORDER = ["id", "user", "account", "delegate", "email", "recipient", "author"]


def shown_tables() -> list[tuple[type[models.Model], ShownTo]]:
    def position(table: tuple[type[models.Model], ShownTo]) -> int:
        link = table[1].links.split()[0]
        return _ORDER.index(link) if link in _ORDER else len(_ORDER)

    found = [(model, shown) for model in apps.get_models() for shown in shown_of(model)]
    return sorted(found, key=position)


def collect_personal_data(person: DataSubject, at: datetime) -> list[Section]:
    """The only source of the page and of the JSON, text and ZIP files."""
    tables = [section_of(model, shown, person) for model, shown in shown_tables()]
    return tables + other_sections(person, at)


def _items(**values: tuple[object, Value]) -> list[Item]:
    return [Item(name, str(label), value) for name, (label, value) in values.items()]


def other_sections(person: DataSubject, at: datetime) -> list[Section]:
    return [
        Section(
            "introduction_answers", str(_("What you answered to introductions")), _answers(person)
        ),
        Section("introductions", str(_("Introductions")), _introduction_rows(person, at)),
        Section("looks", str(_("Who opened or downloaded your details")), _access_rows(person)),
        Section("log_about_you", str(_("Other log entries about you")), _log_rows_about(person)),
        Section("log_by_you", str(_("Log entries about what you did")), _log_rows_by(person)),
        Section("versions", str(_("Public records that you changed")), _version_rows(person)),
    ]


def _answers(person: DataSubject) -> list[list[Item]]:
    """To those that the person may know of, also after they ended them."""
    if person.delegate is None:
        return []
    return [
        _items(
            message=(_("Reason for the introduction"), row.message),
            proposed_at=(_("Proposed at"), row.proposed_at),
            own_accepted_at=(_("You accepted"), getattr(row, f"{side}_accepted_at")),
            own_ended_at=(_("You refused or ended it"), getattr(row, f"{side}_ended_at")),
        )
        for row in Introduction.objects.reaching(person.delegate).order_by("pk")
        for side in ["first" if row.first_id == person.delegate.pk else "second"]
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
            purpose=(_("Purpose"), look.purpose or None),
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


def models_with_versions() -> list[Any]:
    rows = apps.get_models()
    return [model for model in rows if hasattr(model._meta, "simple_history_manager_attribute")]


def _version_rows(person: DataSubject) -> list[list[Item]]:
    """What the person wrote in each version that they saved, without words that were taken out."""
    return [row for model in models_with_versions() for row in _versions_by(person, model)]


def _versions_by(person: DataSubject, model: Any) -> list[list[Item]]:
    history = model.history.model
    own = history.objects.filter(history_user_id=person.user.pk)
    versions = history.objects.filter(id__in=own.values("id")).order_by("history_date", "pk")
    found: list[list[Item]] = []
    before: dict[int, Any] = {}
    for row in versions:
        if row.history_user_id == person.user.pk:
            changed = changed_fields(before[row.id], row) if row.id in before else _text_names(row)
            words = [
                name
                for name in _text_names(row)
                if name in changed and name not in (row.taken_out or ()) and getattr(row, name)
            ]
            found.append(_version_items(row, model, words))
        before[row.id] = row
    return found


def _text_names(row: Any) -> list[str]:
    return [
        field.name
        for field in type(row).tracked_fields
        if isinstance(field, (models.CharField, models.TextField)) and not field.choices
    ]


def _version_items(row: Any, model: Any, words: list[str]) -> list[Item]:
    items = _items(
        what=(_("What"), str(model._meta.verbose_name)),
        at=(_("When"), row.history_date),
        change=(_("Change"), str(row.get_history_type_display())),
        reason=(_("Reason"), row.history_change_reason),
    )
    texts = [
        Item(name, capfirst(str(model._meta.get_field(name).verbose_name)), str(getattr(row, name)))
        for name in words
    ]
    return [*items, *texts]
