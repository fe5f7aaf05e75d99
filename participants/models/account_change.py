"""Changes of an account by a command on the server, for people who lost a mailbox or a factor."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from participants.models.person_model import UnnamedModel
from participants.models.personal_data import ShownTo
from participants.models.user import User


class AccountChange(UnnamedModel):
    """The person gets an account without details and rights; the former one is kept for 30 days."""

    class Kind(models.TextChoices):
        ADDRESS = "address", _("New sign-in address")
        FACTOR = "factor", _("Second factor removed")

    class Outcome(models.TextChoices):
        STOPPED = "stopped", _("Stopped")
        EXPIRED = "expired", _("Ended, because no code was used in time")
        UNDONE = "undone", _("Undone by a factor of before")
        UPGRADED = "upgraded", _("Ended by an upgrade of the portal")

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="account_changes",
        verbose_name=_("account"),
        help_text=_("The account of the person who lost the mailbox or the second factor."),
    )
    kind = models.CharField(
        _("kind"), max_length=7, choices=Kind.choices, help_text=_("What is changed.")
    )
    email = models.EmailField(
        _("new address"),
        blank=True,
        help_text=_(
            "The person will sign in with this address. Empty once the change is made or ended, "
            "and if the second factor is removed."
        ),
    )
    reason = models.CharField(
        _("reason"), max_length=300, help_text=_("Why the person needs the change.")
    )
    evidence = models.CharField(
        _("evidence"), max_length=300, help_text=_("What shows that it is this person who asks.")
    )
    requested_at = models.DateTimeField(
        _("requested at"), help_text=_("When the command was entered.")
    )
    code_hash = models.CharField(
        _("hash of the code"),
        max_length=80,
        blank=True,
        help_text=_("Of the code that someone fetched at the desk. Empty once it was used."),
    )
    code_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("code fetched by"),
        help_text=_("Who spoke with the person, and could confirm their participation."),
    )
    code_at = models.DateTimeField(
        _("code fetched at"), null=True, blank=True, help_text=_("When the code was fetched.")
    )
    spoke = models.CharField(
        _("how they spoke"),
        max_length=200,
        blank=True,
        help_text=_("How the one who fetched the code spoke with the person."),
    )
    waits_from = models.DateTimeField(
        _("waits from"),
        null=True,
        blank=True,
        help_text=_("From then on, the profile is hidden. The change is made seven days later."),
    )
    made_at = models.DateTimeField(
        _("made at"),
        null=True,
        blank=True,
        help_text=_("When the new account was made. The former one is erased 30 days later."),
    )
    account = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="former_accounts",
        verbose_name=_("new account"),
        help_text=_("The account that the person signs in to afterwards."),
    )
    former = models.TextField(
        _("former values"),
        blank=True,
        help_text=_("Encrypted. What a factor of before brings back."),
    )
    closed_at = models.DateTimeField(
        _("closed"), null=True, blank=True, help_text=_("When it was stopped or undone.")
    )
    outcome = models.CharField(
        _("result"),
        max_length=8,
        choices=Outcome.choices,
        blank=True,
        help_text=_("Empty while it is open, and while the former account is kept."),
    )

    personal_data = (
        ShownTo(
            "user",
            "account_changes",
            _("Changes of your account on the server"),
            "kind reason evidence requested_at spoke code_at waits_from made_at closed_at outcome",
        ),
        ShownTo(
            "account",
            "account_made",
            _("The change on the server that made your account"),
            "kind requested_at waits_from made_at",
        ),
        ShownTo(
            "code_by",
            "address_codes_fetched",
            _("Codes for a change of address that you fetched for others"),
            "code_at spoke",
        ),
    )

    class Meta:
        verbose_name = _("change of an account")
        verbose_name_plural = _("changes of accounts")
        ordering = ["-requested_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(closed_at=None), name="account_change_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="")
                | Q(
                    closed_at__isnull=False,
                    outcome__in=["stopped", "expired", "undone", "upgraded"],
                ),
                name="account_change_closed_has_outcome",
            ),
            # Once it is made or ended, the account alone shows the address.
            models.CheckConstraint(
                condition=Q(kind="address", made_at=None, closed_at=None) ^ Q(email=""),
                name="account_change_open_has_address",
            ),
            models.CheckConstraint(
                condition=Q(made_at=None) | Q(waits_from__isnull=False),
                name="account_change_made_has_waited",
            ),
            # A new address needs the word of someone who spoke with the person.
            models.CheckConstraint(
                condition=Q(kind="factor") | Q(waits_from=None) | Q(code_at__isnull=False),
                name="account_change_address_has_code",
            ),
            models.CheckConstraint(
                condition=Q(made_at=None, former="")
                | (Q(made_at__isnull=False) & ~Q(closed_at=None, former="")),
                name="account_change_made_keeps_former",
            ),
        ]
