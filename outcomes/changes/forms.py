"""The button that follows something by mail, and those that change or stop it."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.changes.subscriptions import subscribe
from outcomes.changes.topics import Topic, find_topic
from outcomes.commitments.as_of import AsOfField, check_as_of_day
from outcomes.commitments.filters import public_event_options, set_choices
from outcomes.models import SUBSCRIPTION_TARGETS, Subscription
from participants.models import User
from roundtable.query_forms import ListForm


class ChangesForm(ListForm):
    """Since when the log of changes is read, and of which roundtable."""

    since = AsOfField()
    event = forms.ChoiceField(
        label=gettext_lazy("Roundtable"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("There is no such roundtable.")},
    )

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.fields["since"].label = gettext_lazy("Since")
        set_choices(self, "event", gettext_lazy("All roundtables"), public_event_options())

    def clean_since(self) -> date | None:
        """Raises ValidationError for a day that has not come yet."""
        return check_as_of_day(self.cleaned_data["since"], self.today)


STOP = "stop"


class SubscriptionForm(forms.Form):
    """What to follow, or which row to change, and how often mail is wanted."""

    row = forms.IntegerField(required=False)
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
        """Raises ValidationError where there is no such row, or nothing public of that name."""
        asked = self.cleaned_data
        if asked.get("row"):
            self.subscription = Subscription.objects.filter(user=self.user, pk=asked["row"]).first()
        elif asked.get("kind") and asked.get("key"):
            self.topic = find_topic(asked["kind"], asked["key"])
        if not self.subscription and (not self.topic or asked.get("frequency") == STOP):
            raise ValidationError(_("There is no such thing to follow."))
        return asked

    def act(self, at: datetime) -> str:
        """Does what is asked, and says so."""
        pace = self.cleaned_data["frequency"]
        if self.topic:
            subscribe(self.user, self.topic, pace, at)
            return _("You follow it now: mail comes %s, once something moves.") % (
                Subscription.Frequency(pace).label
            )
        assert self.subscription
        if pace == STOP:
            self.subscription.delete()
            return _("Stopped. No more mail comes about it.")
        Subscription.objects.filter(pk=self.subscription.pk).update(frequency=pace)
        return _("Changed: mail comes %s.") % Subscription.Frequency(pace).label
