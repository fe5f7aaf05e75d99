"""Organisations, groups, and their roles at a roundtable."""

import functools
import re
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from roundtable.history.versions import record_history
from roundtable.models import Event, validate_unchanged

MAX_RECORDED_COUNT = 2000  # each is drawn as a seat


class OrganisationKind(models.TextChoices):
    """What kind of organisation it is."""

    GOVERNMENT = "government", _("Government")
    NATIONAL_SOCIETY = "national-society", _("National Red Cross or Red Crescent Society")
    MOVEMENT = "movement", _("Red Cross and Red Crescent Movement (ICRC, IFRC)")
    CIVIL_SOCIETY = "civil-society", _("Civil society")
    AGENCY = "agency", _("International agency")
    OTHER = "other", _("Other")


class Constituency(models.TextChoices):
    """Those who sit together at a roundtable; for audiences and colours."""

    GOVERNMENTS = "governments", _("Governments")
    RED_CROSS = "red-cross", _("Red Cross and Red Crescent")
    CIVIL_SOCIETY = "civil-society", _("Civil society")
    AGENCIES = "agencies", _("International agencies")
    OTHER = "other", _("Other")


CONSTITUENCY_BY_KIND = {
    OrganisationKind.GOVERNMENT: Constituency.GOVERNMENTS,
    OrganisationKind.NATIONAL_SOCIETY: Constituency.RED_CROSS,
    OrganisationKind.MOVEMENT: Constituency.RED_CROSS,
    OrganisationKind.CIVIL_SOCIETY: Constituency.CIVIL_SOCIETY,
    OrganisationKind.AGENCY: Constituency.AGENCIES,
    OrganisationKind.OTHER: Constituency.OTHER,
}


def kinds_of(constituency: str) -> list[OrganisationKind]:
    return [kind for kind, its in CONSTITUENCY_BY_KIND.items() if its == constituency]


# How public pages name an organisation that does not want its name published.
UNPUBLISHED_NAMES = {
    OrganisationKind.GOVERNMENT: _("A government, name not published"),
    OrganisationKind.NATIONAL_SOCIETY: _(
        "A national Red Cross or Red Crescent Society, name not published"
    ),
    OrganisationKind.MOVEMENT: _(
        "A member of the Red Cross and Red Crescent Movement, name not published"
    ),
    OrganisationKind.CIVIL_SOCIETY: _("A civil society organisation, name not published"),
    OrganisationKind.AGENCY: _("An international agency, name not published"),
    OrganisationKind.OTHER: _("An organisation, name not published"),
}


# The same for each reason, because the organisation that has it may be hidden from the reader.
MAX_SLUG_LENGTH = 80
_SLUG_ENDING = re.compile(r"-[0-9a-f]{4}$")


def distinct_slug(base: str, key: str) -> str:
    """The short name with an ending, so that it never clashes with one that the user cannot see.

    The same key gives the same ending.
    """
    ending = salted_hmac("participants.organisation.slug", f"{base}:{key}").hexdigest()[:4]
    return f"{base[: MAX_SLUG_LENGTH - 5]}-{ending}"


def base_of_slug(slug: str) -> str:
    return _SLUG_ENDING.sub("", slug)


UNUSABLE_SLUG = _("This address cannot be used. Choose another one.")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Which organisations someone may see or choose."""

    def not_archived(self) -> "OrganisationQuerySet":
        return self.filter(archived_at=None)

    def published(self) -> "OrganisationQuerySet":
        """Organisations with a role, commitment, approved answer or approved assessment.

        Only those of public roundtables count. Organisations that do not want their name published
        are left out: public pages count them.
        """
        return self.filter(_is_published(), is_name_published=True)

    def named_in_public(self) -> "OrganisationQuerySet":
        """Also those that a published statement addresses, and those that are not named yet."""
        return self.filter(
            _is_published() | _has(addressed_by__outcome__statement__state="published")
        )


def _has(**related: Any) -> Q:
    """Whether the organisation has related rows like these; it looks for the first one only."""
    return Q(Exists(Organisation.objects.order_by().filter(pk=OuterRef("pk"), **related)))


@functools.cache  # Django takes longer to build these subqueries than to run them
def _is_published() -> Q:
    return (
        _has(roles__event__is_public=True)
        | _has(
            commitment_parties__commitment__state="public",
            commitment_parties__commitment__event__is_public=True,
        )
        | _has(assessments__state="approved", assessments__commitment__event__is_public=True)
        | _has(
            responses__state="approved",
            responses__outcome__statement__state="published",
            responses__outcome__statement__event__is_public=True,
        )
    )


class Organisation(models.Model):
    """A government, a Red Cross or Red Crescent member, or another body that takes part."""

    slug = models.SlugField(
        _("short name in web addresses"),
        unique=True,
        max_length=MAX_SLUG_LENGTH,
        help_text=_(
            "Use lower-case letters, digits and hyphens. Do not change it: other people's"
            " links use it."
        ),
    )
    name = models.CharField(
        _("name"), max_length=200, help_text=_("The full name, as the organisation writes it.")
    )
    short_name = models.CharField(
        _("short name"),
        max_length=60,
        blank=True,
        help_text=_("The name people use, for example IFRC. Leave empty if there is none."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=OrganisationKind.choices,
        help_text=_("Decides where the organisation appears in the list of participants."),
    )
    country = CountryField(
        _("country"), blank=True, help_text=_("Leave empty for international organisations.")
    )
    site = models.URLField(_("website"), blank=True, help_text=_("Shown to everyone."))
    description = models.TextField(
        _("description"), blank=True, help_text=_("One or two sentences, shown to everyone.")
    )
    role_mailbox = models.EmailField(
        _("role mailbox"),
        blank=True,
        help_text=_(
            "The email address of an office, not of a person. Everyone can see it and use"
            " it to ask questions."
        ),
    )
    is_demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        help_text=_("Made up. It can take part in demonstrations only."),
    )
    is_name_published = models.BooleanField(
        _("publish the name"),
        default=True,
        help_text=_(
            "Untick it if the organisation is at risk. Public pages then count it, but do not name "
            "it. Delegates cannot read the name either. Co-chairs and editors can."
        ),
    )
    archived_at = models.DateTimeField(
        _("archived"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "When it was archived. New entries can no longer name it. Past pages and exclusions "
            "still do."
        ),
    )
    history = record_history()

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        if not self.is_name_published:
            return ""
        return reverse("organisation-detail", args=[self.slug])

    def clean(self) -> None:
        validate_unchanged(self, "is_demonstration")
        if self.kind == OrganisationKind.GOVERNMENT and not self.is_name_published:
            # People could no longer choose it among those whom they exclude.
            raise ValidationError(
                {"is_name_published": _("The name of a government is always published.")}
            )
        if apps.get_model("participants.SlugRedirect")._default_manager.filter(slug=self.slug):
            raise ValidationError({"slug": UNUSABLE_SLUG})

    @property
    def constituency(self) -> Constituency:
        return CONSTITUENCY_BY_KIND[OrganisationKind(self.kind)]

    @property
    def government(self) -> str:
        """The country of whose government it is a body; empty if there is none, or none is known.

        For exclusions, all bodies of one government are one.
        """
        return str(self.country) if self.kind == OrganisationKind.GOVERNMENT else ""

    @property
    def public_name(self) -> str:
        """The name for everyone who does not work at the desk or for the organisation."""
        return self.name if self.is_name_published else self._unpublished_name

    @property
    def short(self) -> str:
        """Like public_name, as people call it."""
        return self.internal_short if self.is_name_published else self._unpublished_name

    @property
    def internal_short(self) -> str:
        """The short name for the desk and for the organisation's own people."""
        return self.short_name or self.name

    @property
    def _unpublished_name(self) -> str:
        return str(UNPUBLISHED_NAMES[OrganisationKind(self.kind)])


def validate_same_demonstration(event: Event, is_demonstration: bool) -> None:
    """Raises ValidationError if made-up and real data would be mixed."""
    if event.is_demonstration != is_demonstration:
        raise ValidationError(
            _(
                "Made-up entries belong to demonstrations only, and real entries to real "
                "roundtables only. Choose another one."
            )
        )


class EventRole(models.Model):
    """What an organisation was at a roundtable, in its source's words. It gives no permissions."""

    class Role(models.TextChoices):
        COCHAIR = "cochair", _("co-chair")
        COHOST = "cohost", _("co-host")
        PARTICIPANT = "participant", _("participant")
        OBSERVER = "observer", _("observer")

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="roles",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable where it had this role."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="roles",
        verbose_name=_("organisation"),
        help_text=_("The organisation that had this role."),
    )
    role = models.CharField(
        _("role"),
        max_length=12,
        choices=Role.choices,
        help_text=_("The role of the organisation at this roundtable."),
    )
    represented_by = models.CharField(
        _("represented by"),
        max_length=200,
        blank=True,
        help_text=_(
            "The ministry or department, if the source names it. Never name a person here."
        ),
    )
    source_wording = models.TextField(
        _("wording in the source"),
        blank=True,
        help_text=_("The exact words of the source."),
    )
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("The page or document that says so.")
    )
    recorded_at = models.DateTimeField(
        _("recorded at"),
        default=timezone.now,
        editable=False,
        help_text=_("When it was recorded in this portal."),
    )

    class Meta:
        verbose_name = _("role at a roundtable")
        verbose_name_plural = _("roles at roundtables")
        ordering = ["event", "role", "organisation__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organisation", "role"],
                name="event_role_unique",
                violation_error_message=_(
                    "This organisation already has this role. Choose another role."
                ),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["cochair", "cohost", "participant", "observer"]),
                name="event_role_valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.get_role_display()}"

    def clean(self) -> None:
        event = getattr(self, "event", None)  # in a form, it may not be saved yet
        if event and self.organisation_id:
            validate_same_demonstration(event, self.organisation.is_demonstration)


class RecordedCount(models.Model):
    """How many of a kind took part, if a source gives the number but not every name."""

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="recorded_counts",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable this number is about."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=OrganisationKind.choices,
        help_text=_("The kind of organisation that was counted."),
    )
    number = models.PositiveIntegerField(
        _("number"),
        null=True,
        blank=True,
        validators=[
            MaxValueValidator(
                MAX_RECORDED_COUNT, _("This number is too high. Enter %(limit_value)s or less.")
            )
        ],
        help_text=_("Leave empty if the source says that they took part, but not how many."),
    )
    source_wording = models.TextField(
        _("wording in the source"),
        blank=True,
        help_text=_("The exact words of the source."),
    )
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("The page or document that says so.")
    )

    class Meta:
        verbose_name = _("recorded number")
        verbose_name_plural = _("recorded numbers")
        ordering = ["event", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind"],
                name="recorded_count_unique",
                violation_error_message=_(
                    "There is already a number for this kind. Change that number instead."
                ),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="recorded_count_kind"
            ),
            models.CheckConstraint(
                condition=Q(number__lte=MAX_RECORDED_COUNT), name="recorded_count_most"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.number or gettext('number not recorded')}"


class GroupQuerySet(models.QuerySet["Group"]):
    """Which groups someone may see or change."""

    def named_in_public(self) -> "GroupQuerySet":
        """Those that a published statement addresses, or a public commitment has as a party."""
        addressed = Group.objects.filter(addressed_by__outcome__statement__state="published")
        parties = Group.objects.filter(commitment_parties__commitment__state="public")
        return self.filter(Q(pk__in=addressed.values("pk")) | Q(pk__in=parties.values("pk")))


class Group(models.Model):
    """Organisations that a statement addresses together, such as governments or co-chairs."""

    slug = models.SlugField(
        _("short name in web addresses"), unique=True, help_text=_("For example governments.")
    )
    name = models.CharField(
        _("name"), max_length=100, help_text=_("The name used in the statement, for example CSOs.")
    )
    description = models.CharField(
        _("description"),
        max_length=200,
        blank=True,
        help_text=_("Who is meant, in words that people from outside understand."),
    )
    member_rule = models.CharField(
        _("members"),
        max_length=16,
        blank=True,
        choices=[
            *Constituency.choices,
            ("participants", _("Everyone who took part")),
            ("cochairs", _("Co-chairs")),
        ],
        help_text=_(
            "The organisations of a roundtable that the statement means by this group. We"
            " use this to count their answers. Leave empty if it is not clear."
        ),
    )

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(member_rule__in=["", *Constituency.values, "participants", "cochairs"]),
                name="group_member_rule_valid",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def member_condition(member_rule: str, event_id: int) -> Q:
    """The recorded members of a group at a roundtable.

    `member_rule` is a value of `Group.member_rule`; if it is empty, there are none.
    """
    if not member_rule:
        return Q(pk__in=[])
    roles = EventRole.objects.filter(event=event_id)
    if member_rule == "cochairs":
        roles = roles.filter(role=EventRole.Role.COCHAIR)
    condition = Q(pk__in=roles.values("organisation"))
    if member_rule in Constituency.values:
        condition &= Q(kind__in=kinds_of(member_rule))
    return condition


def membership_condition(organisation: Organisation, event_field: str) -> Q:
    """Of rows with a `group`, those whose group this organisation is a recorded member of."""
    roles = EventRole.objects.filter(organisation=organisation).order_by()
    constituencies = [word for word in Constituency.values if organisation.kind in kinds_of(word)]
    took_part, cochaired = (
        Q((f"{event_field}__in", rows.values("event")))
        for rows in (roles, roles.filter(role=EventRole.Role.COCHAIR))
    )
    as_participant = Q(group__member_rule__in=["participants", *constituencies])
    return as_participant & took_part | Q(group__member_rule="cochairs") & cochaired
