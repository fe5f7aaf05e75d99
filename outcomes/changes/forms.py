"""Forms for the change log and for following pages by email."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.changes.subscriptions import subscribe
from outcomes.changes.topics import Topic, find_topic
from outcomes.commitments.as_of import AsOfField, check_as_of_day
from outcomes.commitments.filters import EventField, set_options
from outcomes.models import SUBSCRIPTION_TARGETS, Subscription
from participants.demonstration import ScopeForm
from participants.models import User
from roundtable.filters.facets import event_choices
from roundtable.filters.query_forms import ListForm
from roundtable.web.row_keys import find_row


class ChangesForm(ScopeForm, ListForm):
    """Period and roundtable of the change log."""

    since = AsOfField()
    until = AsOfField()
    event = EventField()

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.fields["since"].label = gettext_lazy("Since")
        self.fields["until"].label = gettext_lazy("Until the end of")
        set_options(
            self, "event", gettext_lazy("All roundtables"), event_choices(self.is_demonstration)
        )

    def clean_since(self) -> date | None:
        return check_as_of_day(self.cleaned_data["since"], self.today)

    def clean_until(self) -> date | None:
        until, since = self.cleaned_data["until"], self.cleaned_data.get("since")
        if until and since and until < since:
            raise ValidationError(_("This day is before the first day. Choose a later day."))
        return check_as_of_day(until, self.today)


STOP = "stop"


class SubscriptionForm(forms.Form):
    """Creates, changes or deletes a subscription."""

    row = forms.CharField(required=False, max_length=200)
    kind = forms.ChoiceField(
        required=False, choices=[(kind, kind) for kind in SUBSCRIPTION_TARGETS]
    )
    key = forms.CharField(required=False, max_length=200)
    frequency = forms.ChoiceField(choices=[*Subscription.Frequency.choices, (STOP, STOP)])

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.topic: Topic | None = None
        self.subscription: Subscription | None = None

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data
        if asked.get("row"):
            self.subscription = find_row(Subscription.objects.filter(user=self.user), asked["row"])
        elif asked.get("kind") and asked.get("key"):
            self.topic = find_topic(asked["kind"], asked["key"])
        if not self.subscription and (not self.topic or asked.get("frequency") == STOP):
            raise ValidationError(
                _(
                    "We cannot find what you want to follow. Open its page and select “Follow” "
                    "again."
                )
            )
        return asked

    def act(self, at: datetime) -> str:
        """Applies the choice and returns the success message."""
        pace = self.cleaned_data["frequency"]
        if self.topic:
            subscribe(self.user, self.topic, pace, at)
            return _("You now follow this page. When something changes, we email you %s.") % (
                Subscription.Frequency(pace).label
            )
        assert self.subscription
        if pace == STOP:
            self.subscription.delete()
            return _("You no longer follow this. You will not receive more emails about it.")
        Subscription.objects.filter(pk=self.subscription.pk).update(frequency=pace)
        return (
            _("Your choice is saved. When something changes, we email you %s.")
            % Subscription.Frequency(pace).label
        )
