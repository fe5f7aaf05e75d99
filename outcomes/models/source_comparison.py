"""Comparisons of a text with the source that it is recorded from."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Commitment
from outcomes.models.corrigendum import Corrigendum
from outcomes.models.statement import Statement
from participants.models import Organisation, User
from participants.models.confirmation import Confirmation
from participants.models.personal_data import ShownTo


class SourceComparison(Confirmation):
    """One person says, for an organisation, that a text is the same as in its source.

    If the text or its source changes afterwards, the comparison no longer counts.
    """

    statement = models.ForeignKey(
        Statement,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="comparisons",
        verbose_name=_("statement"),
        help_text=_("The statement that was compared. Empty for another kind of text."),
    )
    corrigendum = models.ForeignKey(
        Corrigendum,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="comparisons",
        verbose_name=_("correction"),
        help_text=_("The correction that was compared. Empty for another kind of text."),
    )
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="comparisons",
        verbose_name=_("commitment"),
        help_text=_("The commitment that was compared. Empty for another kind of text."),
    )
    capacity = None  # type: ignore[assignment]  # editors, who confirm nothing, compare too
    by = models.ForeignKey(  # type: ignore[assignment]  # outlives the account
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("compared by"),
        help_text=_("The person who compared the text with its source."),
    )
    on_behalf_of = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="source_comparisons",
        verbose_name=_("on behalf of"),
        help_text=_("The organisation that the person acted for. An operator acts for none."),
    )
    confirmed_at = models.DateTimeField(_("compared"), help_text=_("When it was compared."))
    content_hash = models.CharField(
        _("hash of the content"),
        max_length=64,
        help_text=_("The SHA-256 of the text and of the name of its source."),
    )

    personal_data = (
        ShownTo(
            "by",
            "comparisons",
            _("Texts that you compared with their source"),
            "statement__event corrigendum__statement__event commitment__reference "
            "on_behalf_of confirmed_at",
            labels={
                "statement__event": _("Statement of"),
                "corrigendum__statement__event": _("Correction of the statement of"),
            },
        ),
    )

    class Meta(Confirmation.Meta):
        verbose_name = _("comparison with a source")
        verbose_name_plural = _("comparisons with sources")
        constraints = [
            models.CheckConstraint(
                condition=Q(statement__isnull=False, corrigendum=None, commitment=None)
                | Q(statement=None, corrigendum__isnull=False, commitment=None)
                | Q(statement=None, corrigendum=None, commitment__isnull=False),
                name="source_comparison_of_one_text",
            ),
            *(
                constraint
                for subject in ("statement", "corrigendum", "commitment")
                for constraint in (
                    models.UniqueConstraint(
                        fields=[subject, "by"],
                        name=f"source_comparison_{subject}_once_per_person",
                    ),
                    models.UniqueConstraint(
                        fields=[subject, "on_behalf_of"],
                        name=f"source_comparison_{subject}_once_per_body",
                    ),
                    models.UniqueConstraint(
                        fields=[subject],
                        condition=Q(on_behalf_of=None),
                        name=f"source_comparison_{subject}_operator_once",
                    ),
                )
            ),
        ]
