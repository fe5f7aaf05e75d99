"""Statements that the queue lists: to sign, and to publish."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from outcomes.models import SignOff, Statement
from outcomes.statements.corrigenda import corrections_to_publish
from outcomes.statements.signing import statements_to_publish, statements_to_sign
from participants.decisions.kind import Shown
from participants.decisions.listed import Listed
from participants.permissions import EventPermissions


class Texts(Listed[Statement]):
    """Agreed texts and corrections. Every co-chair signs, then one publishes."""

    name = "texts"
    label = _lazy("Texts to sign or publish")
    effect = _lazy("When every co-chair has signed a text, one of them publishes it.")
    needed = _lazy("every co-chair")
    day_field, person_field = "signed_at", "signer"

    def to_decide(self, at: datetime) -> QuerySet[Any]:
        return Statement.objects.filter(
            Q(state=Statement.State.ADOPTED)
            | Q(Exists(SignOff.objects.filter(version__statement=OuterRef("pk"), signed_at=None)))
            | Q(corrigenda__state__in=[Statement.State.DRAFT, Statement.State.ADOPTED])
        )

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
        """When the last one signed, the last circulation ended, or what is corrected was public.

        Of an adopted text with none of these, the last day of the roundtable.
        """
        days: tuple[datetime | None, ...] = (item.last_signed, item.last_agreed, item.published_at)
        found = [day for day in days if day]
        return max(found) if found else item.event.last_day_began_at

    def ended(self, viewer: EventPermissions) -> QuerySet[SignOff]:
        rows = SignOff.objects.select_related("version__statement__event")
        if viewer.is_operator:
            return rows
        return rows.filter(version__statement__event__in=viewer.decidable)

    def item_of(self, row: SignOff) -> Statement:
        return row.version.statement

    def outcome(self, row: SignOff) -> str:
        return _("signed")
