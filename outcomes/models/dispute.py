"""Disputes: a party does not recognise a text that is recorded in its name."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Commitment
from outcomes.models.party import CommitmentParty
from outcomes.models.progress import ProgressUpdate
from participants.models import User
from participants.models.personal_data import ShownTo

# So long, the desk can correct the text or take it down before everyone reads of the dispute.
PRIVATE_PERIOD = timedelta(days=14)


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Which disputes someone may see."""

    def open(self) -> "DisputeQuerySet":
        return self.filter(settled_at=None)

    def public_on(self, on: date) -> "DisputeQuerySet":
        """Those that everyone could read of on that day."""
        withdrawn_later = Q(settled_how=Dispute.Settlement.WITHDRAWN, settled_at__date__gt=on)
        was_replaced = Q(settled_how=Dispute.Settlement.REPLACED, settled_at__date__lte=on)
        shown = self.filter(self._unsettled | withdrawn_later, disputed_on__lte=on - PRIVATE_PERIOD)
        return shown.annotate(
            was_replaced=ExpressionWrapper(was_replaced, models.BooleanField())
        ).order_by(*self._present_wording_first)

    def unsettled(self) -> "DisputeQuerySet":
        """Those that the party has not withdrawn.

        Another wording of a report does not end its dispute, because it is public before the party
        hears of it. That of a commitment does: the party is told 14 days before.
        """
        return self.filter(self._unsettled).order_by(*self._present_wording_first)

    @property
    def _unsettled(self) -> Q:
        replaced = Q(settled_how=Dispute.Settlement.REPLACED, update__isnull=False)
        return Q(settled_at=None) | replaced

    @property
    def _present_wording_first(self) -> tuple[Any, str]:
        return F("settled_at").desc(nulls_first=True), "pk"

    def about_commitment(self, commitment: Commitment) -> "DisputeQuerySet":
        """About its text, not about reports on it."""
        return self.filter(party__commitment=commitment)

    def settle_former(self, content_hash: str, at: datetime) -> None:
        """A changed text is a new text. The same text again is still disputed."""
        replaced = Dispute.Settlement.REPLACED
        self.open().exclude(content_hash=content_hash).update(settled_at=at, settled_how=replaced)
        same = self.filter(settled_how=replaced, content_hash=content_hash)
        same.update(settled_at=None, settled_how="")

    def withdraw(self, at: datetime) -> int:
        rows = self.unsettled().order_by()
        return rows.update(settled_at=at, settled_how=Dispute.Settlement.WITHDRAWN)


class Dispute(models.Model):
    """Someone who speaks for a party says that a text recorded in its name is not its own."""

    class Settlement(models.TextChoices):
        WITHDRAWN = "withdrawn", _("withdrawn by the party")
        REPLACED = "replaced", _("the text was replaced")

    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="disputes",
        verbose_name=_("party"),
        help_text=_("The party that does not recognise the commitment. Empty for a report."),
    )
    update = models.ForeignKey(
        ProgressUpdate,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="disputes",
        verbose_name=_("progress update"),
        help_text=_("The report that its party does not recognise. Empty for a commitment."),
    )
    disputed_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("disputed by"),
        help_text=_("The account that said so for the party. Never shown to the public."),
    )
    disputed_on = models.DateField(
        _("disputed"), help_text=_("The day. Everyone can read of the dispute 14 days later.")
    )
    content_hash = models.CharField(
        _("hash of the content"),
        max_length=64,
        help_text=_("The SHA-256 of the text that the party does not recognise."),
    )
    settled_at = models.DateTimeField(
        _("settled"), null=True, blank=True, help_text=_("Empty while the dispute is open.")
    )
    settled_how = models.CharField(
        _("how it was settled"),
        max_length=9,
        choices=Settlement.choices,
        blank=True,
        help_text=_("By the party itself, or because the text was replaced."),
    )

    objects = DisputeQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "disputed_by",
            "disputes",
            _("Texts that you did not recognise, for a party"),
            "party__commitment__reference update__commitment__reference update__reported_on "
            "disputed_on settled_at settled_how",
            labels={
                "update__commitment__reference": _("Report on"),
                "update__reported_on": _("Report as of"),
            },
        ),
    )

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["disputed_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(party__isnull=False, update=None) | Q(party=None, update__isnull=False),
                name="dispute_of_one_text",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_how="")
                | Q(settled_at__isnull=False, settled_how__in=["withdrawn", "replaced"]),
                name="dispute_settled_has_date_and_way",
            ),
            *(
                models.UniqueConstraint(
                    fields=[subject],
                    condition=Q(settled_at=None),
                    name=f"dispute_of_{subject}_open_once",
                )
                for subject in ("party", "update")
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def text_party(self) -> CommitmentParty:
        """In whose name the text is recorded."""
        party = self.update.party if self.update else self.party
        assert party is not None
        return party

    @property
    def is_of_earlier_wording(self) -> bool:
        """For rows from `public_on`, whether the text had changed by that day."""
        return bool(getattr(self, "was_replaced", self.settled_how == self.Settlement.REPLACED))

    @property
    def sentence(self) -> str:
        """What everyone reads beside the text."""
        sentence = (
            gettext("%(party)s does not recognise an earlier wording of this text (%(day)s)")
            if self.is_of_earlier_wording
            else gettext("%(party)s does not recognise this text (%(day)s)")
        )
        names = {"party": self.text_party.public_name, "day": date_format(self.disputed_on)}
        return sentence % names

    @property
    def public_from(self) -> date:
        return self.disputed_on + PRIVATE_PERIOD
