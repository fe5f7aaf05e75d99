"""Statements that the queue lists: to sign, and to publish."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from outcomes.models import SignOff, Statement
from outcomes.statements.corrigenda import corrections_to_publish
from outcomes.statements.signing import statements_to_publish, statements_to_sign
from participants.decisions.kind import Shown
from participants.decisions.listed import Decision, Listed
from participants.display_names import with_display_names
from participants.permissions import EventPermissions


class Texts(Listed[Statement]):
    """Agreed texts and corrections. Every co-chair signs, then one publishes."""

    name = "texts"
    label = _lazy("Texts to sign or publish")
    effect = _lazy("When every co-chair has signed a text, one of them publishes it.")
    needed = _lazy("every co-chair")

    def waiting(self, viewer: EventPermissions, at: datetime) -> QuerySet[Statement]:
        found = (
            statements_to_sign(viewer.user, at).values("pk"),
            statements_to_publish(viewer).values("pk"),
            corrections_to_publish(viewer).values("statement"),
        )
        to_sign, signed, corrected = (Q(pk__in=rows.order_by()) for rows in found)
        return (
            Statement.objects.select_related("event")
            .filter(to_sign | signed | corrected)
            .annotate(
                last_signed=Max("versions__sign_offs__signed_at"),
                last_agreed=Max(
                    "versions__circulation__deadline",
                    filter=Q(versions__circulation__deadline__lte=at),
                ),
            )
        )

    def shown(self, items: Sequence[Statement], viewer: EventPermissions) -> list[Shown]:
        sentences = {
            Statement.State.CIRCULATED: _("Sign the text of %s"),
            Statement.State.ADOPTED: _("Publish the signed text of %s"),
            Statement.State.PUBLISHED: _("Sign or publish the correction of the text of %s"),
        }
        return [
            Shown(
                sentences.get(Statement.State(row.state), _("The text of %s")) % row.event,
                page=reverse("admin:outcomes_statement_agreement", args=[row.pk]),
            )
            for row in items
        ]

    def since(self, item: Any) -> datetime:
        """When the last one signed, the last circulation ended, or what is corrected was public."""
        days: tuple[datetime | None, ...] = (item.last_signed, item.last_agreed, item.published_at)
        return max(day for day in days if day)

    def decided(
        self, viewer: EventPermissions, since: datetime, at: datetime, limit: int | None
    ) -> list[Decision]:
        rows = SignOff.objects.filter(signed_at__gt=since, signed_at__lte=at)
        rows = rows.select_related("version__statement__event")
        if not viewer.is_operator:
            rows = rows.filter(version__statement__event__in=viewer.decidable)
        return [
            Decision(self, row.version.statement, _lazy("signed"), row.signed_at, row.signer)
            for row in with_display_names(rows, "signer").order_by("-signed_at", "-pk")[:limit]
        ]
