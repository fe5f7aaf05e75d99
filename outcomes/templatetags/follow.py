"""Template tags to follow a page by feed, calendar or email."""

from dataclasses import replace

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.changes.scope import ChangeTarget
from outcomes.changes.subscriptions import subscription_for
from outcomes.changes.topics import WHOLE_PORTAL, Topic, followed_filters, topic_for
from outcomes.models import Subscription, Theme
from outcomes.templatetags.sharing import event_of
from participants.models import User
from participants.permissions import permissions_of
from roundtable.filters.query_forms import QueryForm

register = template.Library()


@register.inclusion_tag("outcomes/changes/_feed_link.html", takes_context=True)
def feed_link(
    context: Context, row: ChangeTarget | None = None, form: QueryForm | None = None
) -> dict[str, str]:
    """Of a record, of the commitments that the filters of a list find, or of all."""
    if form is not None and (query := followed_filters(form)):
        return {"feed": reverse("commitment-changes") + query, "name": _("Commitments")}
    topic = _topic_of(context, row)
    return {"feed": topic.feed, "name": topic.name}


def _topic_of(context: Context, row: ChangeTarget | None) -> Topic:
    """In the record, or in the demonstration if the page is about that."""
    if row and not isinstance(row, Theme):
        return topic_for(row)
    topic = topic_for(row) if row else WHOLE_PORTAL
    is_demonstration = getattr(context.get("form"), "is_demonstration", False)
    return replace(topic, is_demonstration=is_demonstration)


@register.simple_tag
def follow_page(form: QueryForm) -> str:
    """The page that says how to follow what the filters of a list find."""
    return reverse("follow") + followed_filters(form)


@register.inclusion_tag("outcomes/changes/_follow.html", takes_context=True)
def follow_links(context: Context, row: ChangeTarget) -> dict[str, object]:
    """Costs two more queries for signed-in users."""
    user, topic = context["user"], _topic_of(context, row)
    return {
        "desk": admin_page_for(user, row) if isinstance(user, User) else "",
        "topic": topic,
        "user": user,
        "subscription": subscription_for(user, topic) if isinstance(user, User) else None,
        "paces": reversed(Subscription.Frequency.choices),
    }


def admin_page_for(user: User, row: ChangeTarget) -> str:
    """URL of the admin page of the row; empty if the user may not open it."""
    if isinstance(row, Theme):
        return ""
    rights = permissions_of(user, timezone.localdate())
    if rights is None:
        return ""
    event = event_of(row)
    # Every user with a grant may open public organisations in the admin.
    if event is not None and not rights.may_read(event.pk):
        return ""
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
