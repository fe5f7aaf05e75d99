"""Replies of organisations to circulated texts."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.models import CirculationReply, StatementVersion
from outcomes.reporting.focal_points import active_participations_of
from outcomes.statements.silence_procedure import reply_version
from participants.models import Grant, Organisation, User


def replies_of(user: User, on: date) -> QuerySet[CirculationReply]:
    represented = active_participations_of(user, on).filter(
        organisation=OuterRef("organisation"),
        event=OuterRef("circulation__version__statement__event"),
    )
    rows = CirculationReply.objects.filter(Exists(represented)).select_related(
        "organisation", "circulation__version__statement__event"
    )
    return rows.order_by("-circulation__opened_at", "-pk")


def unanswered_replies(user: User, at: datetime) -> QuerySet[CirculationReply]:
    """What is circulated now, and no one has answered yet for the user's organisation."""
    rows = replies_of(user, timezone.localdate(at)).filter(answer="")
    return rows.filter(circulation__stop_reason="", circulation__deadline__gt=at)


def previous_version(version: StatementVersion) -> StatementVersion | None:
    """The circulated or published version before this one; None if it is hidden."""
    earlier = version.statement.versions.filter(number__lt=version.number)
    known = Q(circulation__isnull=False) | Q(published_at__isnull=False)
    found = earlier.filter(known).order_by("-number").first()
    return None if found is None or found.is_hidden else found


def reply_readers(version: StatementVersion, on: date) -> list[str]:
    """Names of the co-chairs, whose users can read the replies."""
    grants = Grant.objects.active(on).filter(
        event=version.statement.event_id, role=Grant.Role.COCHAIR
    )
    bodies = Organisation.objects.filter(
        Q(pk__in=grants.values("on_behalf_of")) | Q(pk__in=version.sign_offs.values("organisation"))
    )
    return [body.name for body in bodies.order_by("name")]


class ReplyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The reply of an organisation."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    error_css_class = "has-error"

    class Meta:
        model = CirculationReply
        fields = ["answer", "text"]
        labels = {"text": _("Comment, or what you object to")}
        widgets = {
            "answer": forms.RadioSelect,
            "text": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer: Any = self.fields["answer"]
        answer.choices = CirculationReply.Answer.choices
        answer.required = True
        answer.help_text = ""
        self.initial["version"] = reply_version(self.instance)

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        # The text of an earlier answer may go, but nothing that was written just now.
        is_new = "text" in self.changed_data and self.cleaned_data.get("text")
        if is_new and self.cleaned_data.get("answer") == CirculationReply.Answer.AGREE:
            self.add_error("text", _("Select “Agree, with a comment”, or delete this text."))
        return given
