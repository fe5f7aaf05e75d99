"""Accounts: who can sign in, and for whom they act."""

import hashlib
import json
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models.organisation import Organisation, validate_same_demonstration
from participants.models.person_model import PersonModel, UnnamedModel
from participants.models.personal_data import ShownTo
from roundtable.models import Event


class UserManager(BaseUserManager["User"]):
    """Creates accounts. No one has a password; people sign in with a code."""

    def create_user(self, email: str, **fields: Any) -> "User":
        if not email:
            raise ValueError("An account needs an email address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Creates an operator. The password is ignored."""
        return self.create_user(email, is_superuser=True, **fields)


class User(PersonModel, AbstractBaseUser):
    """An account that signs in with its email address."""

    library_fields = frozenset({"email", "last_login", "password"})

    email = models.EmailField(
        _("email address"),
        unique=True,
        help_text=_(
            "The person can sign in with this address. It is never shown as a contact detail."
        ),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("If this is not ticked, the person cannot sign in.")
    )
    is_superuser = models.BooleanField(
        _("operator"),
        default=False,
        help_text=_(
            "Runs the portal and has rights for all roundtables. Contact details stay "
            "hidden from operators."
        ),
    )
    joined_at = models.DateTimeField(
        _("created at"), default=timezone.now, help_text=_("When this account was created.")
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    personal_data = (
        ShownTo("id", "account", _("Account"), "email is_active is_superuser joined_at last_login"),
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_case_insensitive"),
        ]

    def __str__(self) -> str:
        # Never the address, which is how the person signs in.
        return gettext("account %d") % (self.pk or 0)

    @property
    def is_staff(self) -> bool:
        """Whether this account may enter the admin today. Permissions come only from grants."""
        return self.is_active and (
            self.is_superuser or self.grants.active(timezone.localdate()).exists()
        )

    def has_perm(self, perm: str, obj: object = None) -> bool:
        # For others, the admin uses participants.permissions and never this method.
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_perm("")


class GrantQuerySet(models.QuerySet["Grant"]):
    """Which grants are valid."""

    def active(self, on: date) -> "GrantQuerySet":
        return self.held(on).filter(suspended_at=None)

    def held(self, on: date) -> "GrantQuerySet":
        """Those that are suspended too. Their holders act for the same organisations as before."""
        return self.awake().filter(
            Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on, effective_on__lte=on
        )

    def awake(self) -> "GrantQuerySet":
        """Without those that wait for their holder, which open nothing until then."""
        return self.filter(Q(must_accept=False) | Q(accepted_at__isnull=False))


class Grant(models.Model):
    """The right to work on one roundtable in the admin, on someone's behalf, for a period."""

    class Role(models.TextChoices):
        COCHAIR = "cochair", _("co-chair")
        EDITOR = "editor", _("editor")
        READER = "reader", _("reader")
        COHOST = "cohost", _("co-host")
        CONFIRMER = "confirmer", _("confirmer")

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="grants",
        verbose_name=_("account"),
        help_text=_("The account that receives the grant."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="grants",
        verbose_name=_("roundtable"),
        help_text=_("The grant applies to this roundtable only."),
    )
    role = models.CharField(
        _("role"),
        max_length=10,
        choices=Role.choices,
        help_text=_(
            "Co-chairs and editors can make changes, and check texts of other organisations. Only "
            "co-chairs publish and sign a statement. Readers can only view. Co-hosts and "
            "confirmers confirm who takes part; a confirmer does so for a constituency."
        ),
    )
    on_behalf_of = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name=_("on behalf of"),
        help_text=_("The government or organisation that this person acts for."),
    )
    valid_from = models.DateField(_("from"), help_text=_("The first day the grant is valid."))
    valid_until = models.DateField(
        _("to"),
        null=True,
        blank=True,
        help_text=_(
            "The last day the grant is valid. If empty, it is valid until someone ends it."
        ),
    )

    reason = models.CharField(
        _("reason"),
        max_length=300,
        blank=True,
        help_text=_(
            "Who this person is, and why they need the right. Those who confirm it read this."
        ),
    )
    requested_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("requested by"),
        help_text=_("The person who requested the right."),
    )
    effective_on = models.DateField(
        _("in force from"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "Seven days after another organisation confirmed it, or when a second one did. Empty "
            "until then."
        ),
    )
    suspended_at = models.DateTimeField(
        _("suspended"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When it was suspended. Empty once it is in force again."),
    )
    suspended_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("suspended by"),
        help_text=_("The person who suspended it last. That person's organisation cannot again."),
    )
    suspended_for = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("suspended on behalf of"),
        help_text=_("The organisation that this person acted for. An operator acts for none."),
    )
    suspension_reason = models.CharField(
        _("reason of the suspension"),
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("Why it is suspended. The holder, and all who have a right there, read this."),
    )
    replaces = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("replaces"),
        help_text=_("The grant that ends on the day before this one is in force."),
    )
    must_accept = models.BooleanField(
        _("waits for its holder"),
        default=False,
        editable=False,
        help_text=_(
            "Carried over from the last roundtable. It opens nothing until its holder accepts it."
        ),
    )
    accepted_at = models.DateTimeField(
        _("accepted"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the holder accepted it. Empty if the holder was not asked."),
    )
    granted_at = models.DateTimeField(
        _("granted at"),
        default=timezone.now,
        editable=False,
        help_text=_("When this grant was created. Its first valid day can be a different day."),
    )

    acts = GenericRelation("participants.Act", "item_id", "item_type")

    objects = GrantQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "user",
            "grants",
            _("Permissions to work on a roundtable"),
            "event role on_behalf_of reason valid_from valid_until effective_on suspended_at "
            "suspended_for suspension_reason must_accept accepted_at granted_at",
        ),
        ShownTo(
            "requested_by",
            "grants_requested",
            _("Permissions that you requested for others"),
            "event role on_behalf_of reason valid_from valid_until",
        ),
        ShownTo(
            "suspended_by",
            "grants_suspended",
            _("Permissions that you suspended"),
            "event role suspended_at suspended_for suspension_reason",
        ),
    )

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["event", "role", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "event", "role", "valid_from"], name="grant_unique"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="grant_ends_after_it_begins",
                violation_error_message=_(
                    "The end date of the grant is before its start date. Correct one of the dates."
                ),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["cochair", "editor", "reader", "cohost", "confirmer"]),
                name="grant_role_valid",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=["cohost", "confirmer"]) | Q(on_behalf_of__isnull=False),
                name="grant_confirmer_acts_for_organisation",
                violation_error_message=_(
                    "Co-hosts and confirmers act for an organisation. Choose one."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.event} · {self.get_role_display()}"

    @property
    def sleeps(self) -> bool:
        """Whether it waits for its holder, as GrantQuerySet.awake() says it of many."""
        return self.must_accept and self.accepted_at is None

    @property
    def content_hash(self) -> str:
        """Of what is confirmed: whose right it is, to what, and for whom."""
        content = [
            self.user_id,
            self.event.code,
            self.role,
            self.on_behalf_of_id,
            str(self.valid_from),
            str(self.valid_until),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def clean(self) -> None:
        event = getattr(self, "event", None)  # in a form, it may not be chosen yet
        if event and self.on_behalf_of:
            validate_same_demonstration(event, self.on_behalf_of.is_demonstration)


def decided_by_another(decider: str, *, name: str) -> models.CheckConstraint:
    """No one decides on what they requested themselves."""
    return models.CheckConstraint(
        condition=Q(requested_by=None) | Q((decider, None)) | ~Q(requested_by=F(decider)),
        name=name,
        violation_error_message=_(
            "You cannot agree to your own request. Ask someone else to decide."
        ),
    )


class ProviderIdentity(UnnamedModel):
    """Who someone is at an identity provider, kept at the first sign-in there.

    A provider may give an address to someone else one day; it never gives a subject twice.
    """

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="provider_identities",
        verbose_name=_("account"),
        help_text=_("The account that this person signs in to."),
    )
    address = models.ForeignKey(
        "account.EmailAddress",
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("address"),
        help_text=_("The address that the provider named first. Without it, this is deleted."),
    )
    issuer = models.CharField(
        _("issuer"), max_length=500, help_text=_("The web address of the provider.")
    )
    subject = models.CharField(
        _("subject"), max_length=255, help_text=_("The identifier of the person at the provider.")
    )
    connected_at = models.DateTimeField(
        _("connected at"), help_text=_("When the person first signed in there.")
    )

    personal_data = (
        ShownTo(
            "user",
            "provider_identities",
            _("Identity providers you sign in with"),
            "issuer subject address connected_at",
        ),
    )

    class Meta:
        verbose_name = _("sign-in at an identity provider")
        verbose_name_plural = _("sign-ins at identity providers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_unique"),
            models.UniqueConstraint(fields=["issuer", "address"], name="identity_one_per_address"),
        ]
