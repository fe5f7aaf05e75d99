"""Accounts: who may sign in, and on whose behalf they act."""

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models.organisation import Organisation, validate_same_demonstration
from roundtable.models import Event


class UserManager(BaseUserManager["User"]):
    """Makes accounts; nobody has a password, people sign in with a code."""

    def create_user(self, email: str, **fields: Any) -> "User":
        """An account without a password.

        Raises ValueError where the address is empty.
        """
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An operator, who stands above events; the password is not kept."""
        return self.create_user(email, is_superuser=True, **fields)


class User(AbstractBaseUser):
    """An account that signs in by its e-mail address."""

    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        help_text=_("The address that signs in. It is never shown as a contact detail."),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Unticked: this person cannot sign in.")
    )
    is_superuser = models.BooleanField(
        _("operator"),
        default=False,
        help_text=_(
            "Runs the portal and stands above all roundtables. Contact details stay hidden."
        ),
    )
    joined_at = models.DateTimeField(
        _("joined"), default=timezone.now, help_text=_("When this account was made.")
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_case_insensitive"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        """Whether this account may enter the admin today; rights come from grants alone."""
        return self.is_active and (
            self.is_superuser or self.grants.active(timezone.localdate()).exists()
        )

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Operators may do all; for others the admin asks `permissions`, never this."""
        return self.is_active and self.is_superuser

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        """As `has_perm`."""
        return self.has_perm("", obj)

    def has_module_perms(self, app_label: str) -> bool:
        """As `has_perm`."""
        return self.has_perm("")


class GrantQuerySet(models.QuerySet["Grant"]):
    """Which grants hold."""

    def active(self, on: date) -> "GrantQuerySet":
        """Grants that hold on that day."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on)


class Grant(models.Model):
    """The right to work on one roundtable in the admin, on somebody's behalf, for a time."""

    class Role(models.TextChoices):
        """What the grant lets its holder do."""

        COCHAIR = "cochair", _("co-chair")
        EDITOR = "editor", _("editor")
        READER = "reader", _("reader")

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="grants",
        verbose_name=_("account"),
        help_text=_("Who receives the right."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="grants",
        verbose_name=_("roundtable"),
        help_text=_("The only roundtable that this grant is about."),
    )
    role = models.CharField(
        _("role"),
        max_length=10,
        choices=Role.choices,
        help_text=_("Co-chairs and editors may change; only co-chairs approve; readers look."),
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
    valid_from = models.DateField(_("from"), help_text=_("The first day on which it holds."))
    valid_until = models.DateField(
        _("to"),
        null=True,
        blank=True,
        help_text=_("The last day on which it holds. Empty: until somebody ends it."),
    )

    granted_at = models.DateTimeField(
        _("given"),
        default=timezone.now,
        editable=False,
        help_text=_("When this grant was made, whatever its first day."),
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["event", "role", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "event", "role"], name="grant_unique"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="grant_ends_after_it_begins",
                violation_error_message=_("The grant ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["cochair", "editor", "reader"]), name="grant_role_valid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.event} · {self.get_role_display()}"

    def clean(self) -> None:
        """Raises ValidationError where somebody would act for a made-up body at a real event."""
        event = getattr(self, "event", None)  # in a form it may not be chosen yet
        if event and self.on_behalf_of:
            validate_same_demonstration(event, self.on_behalf_of.is_demonstration)


class FactorReset(models.Model):
    """One person asks to take off somebody's second factor, another one agrees."""

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="factor_resets",
        verbose_name=_("account"),
        help_text=_("Who lost the second factor."),
    )
    reason = models.CharField(
        _("reason"),
        max_length=200,
        help_text=_("How you made sure that it is this person, for example by a telephone call."),
    )
    requested_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
        help_text=_("The other co-chair, or the operator."),
    )
    requested_at = models.DateTimeField(_("asked"), help_text=_("When it was asked for."))
    approved_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreed by"),
        help_text=_("The other of the two. Nobody agrees with themselves."),
    )
    approved_at = models.DateTimeField(
        _("agreed"), null=True, blank=True, help_text=_("From then on the factor is off.")
    )

    class Meta:
        verbose_name = _("reset of a second factor")
        verbose_name_plural = _("resets of second factors")
        ordering = ["-requested_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(requested_by=None)
                | Q(approved_by=None)
                | ~Q(requested_by=F("approved_by")),
                name="factor_reset_by_two",
                violation_error_message=_("Somebody else has to agree."),
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(approved_at=None), name="factor_reset_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
