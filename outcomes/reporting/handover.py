"""Focal points return a task or stop reminders about it."""

from datetime import datetime

from django import forms
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from outcomes.models import CommitmentParty, Handover
from participants.accounts.emails import email_cochairs
from participants.models import User
from roundtable.audit import log as audit


class HandoverForm(forms.ModelForm):  # type: ignore[type-arg]
    """Suggestion of a new focal point."""

    class Meta:
        model = Handover
        fields = ["suggestion"]
        labels = {"suggestion": _("Who could do it?")}
        help_texts = {
            "suggestion": _(
                "Use your own words. Only people who work on this roundtable at the "
                "co-chairs' desk can read this."
            )
        }


@transaction.atomic
def hand_over(party: CommitmentParty, *, suggestion: str, by: User | None, at: datetime) -> bool:
    """Removes the focal point, revokes report links and emails the co-chairs; keeps drafts.

    Returns false if the focal point changed in the meantime.
    """
    row = CommitmentParty.objects.select_for_update().get(pk=party.pk)
    if row.focal_point_id is None or row.focal_point_id != party.focal_point_id:
        return False
    handover = Handover(
        party=row, suggestion=suggestion, returned_by=row.focal_point, handed_over_at=at
    )
    handover.full_clean()
    handover.save()
    row.decline()
    commitment = party.commitment
    audit.record(action="give task back", at=at, actor=by, detail=commitment.reference)
    page = reverse("admin:outcomes_commitment_change", args=[commitment.pk])
    email_cochairs(
        commitment.event,
        dedup_key=f"handover:{handover.pk}",
        template="outcomes/reporting/emails/handover",
        context={"reference": commitment.reference, "url": f"{settings.PORTAL_URL}{page}"},
        at=at,
    )
    return True


def stop_reminders(party: CommitmentParty, *, at: datetime) -> None:
    CommitmentParty.objects.filter(pk=party.pk).update(reminders_stopped_at=at)


def resume_reminders(party: CommitmentParty) -> None:
    CommitmentParty.objects.filter(pk=party.pk).update(reminders_stopped_at=None)
