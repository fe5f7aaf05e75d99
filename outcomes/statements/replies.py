"""What an organisation is asked about: texts that go round, on the page of who speaks for it."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from outcomes.models import Reply, StatementVersion
from outcomes.reporting.focal_points import seats_of
from outcomes.statements.silence_procedure import said_so_far
from participants.models import Grant, Organisation, User


def replies_of(user: User, on: date) -> QuerySet[Reply]:
    """What the organisations that this person speaks for were asked, the latest first."""
    asked = Q(pk__in=[])
    for seat in seats_of(user, on):
        asked |= Q(
            organisation=seat.organisation_id,
            circulation__version__statement__event=seat.event_id,
        )
    rows = Reply.objects.filter(asked).select_related(
        "organisation", "circulation__version__statement__event"
    )
    return rows.order_by("-circulation__opened_at", "-pk")


def version_before(version: StatementVersion) -> StatementVersion | None:
    """The version that was circulated or published before this one; None where it is hidden."""
    earlier = version.statement.versions.filter(number__lt=version.number)
    known = Q(circulation__isnull=False) | Q(published_at__isnull=False)
    found = earlier.filter(known).order_by("-number").first()
    return None if found is None or found.is_hidden else found


def who_reads_answers(version: StatementVersion, on: date) -> list[str]:
    """For whom somebody works as a co-chair of the roundtable: they read who answers what."""
    grants = Grant.objects.active(on).filter(
        event=version.statement.event_id, role=Grant.Role.COCHAIR
    )
    bodies = Organisation.objects.filter(
        Q(pk__in=grants.values("on_behalf_of")) | Q(pk__in=version.sign_offs.values("organisation"))
    )
    return [body.name for body in bodies.order_by("name")]


class ReplyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an organisation says to a version."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    error_css_class = "has-error"

    class Meta:
        model = Reply
        fields = ["answer", "text"]
        labels = {"text": _("Comment, or what you object to")}
        widgets = {
            "answer": forms.RadioSelect,
            "text": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer: Any = self.fields["answer"]
        answer.choices = Reply.Answer.choices
        answer.required = True
        answer.help_text = ""
        self.initial["seen"] = said_so_far(self.instance)
