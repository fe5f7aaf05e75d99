"""Organisations, groups, and the roles they had at a roundtable."""

import functools

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from roundtable.history import record_history
from roundtable.models import Event, validate_unchanged

MAX_RECORDED_COUNT = 2000  # each is drawn as a seat


class OrganisationKind(models.TextChoices):
    """What sort of organisation it is."""

    GOVERNMENT = "government", _("Government")
    NATIONAL_SOCIETY = "national-society", _("National Red Cross or Red Crescent Society")
    MOVEMENT = "movement", _("Red Cross and Red Crescent Movement (ICRC, IFRC)")
    CIVIL_SOCIETY = "civil-society", _("Civil society")
    AGENCY = "agency", _("International agency")
    OTHER = "other", _("Other")


class Constituency(models.TextChoices):
    """Those who sit together at a roundtable, for audiences and colours."""

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


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Which organisations someone may see."""

    def published(self) -> "OrganisationQuerySet":
        """Organisations that had a role at a public roundtable, or said something there.

        They stand behind a commitment, or answered or assessed something and that was approved.
        """
        return self.filter(_is_published())


@functools.cache
def _is_published() -> Q:
    """Made once: Django takes longer to put these subqueries together than to ask them."""
    return (
        Q(pk__in=EventRole.objects.filter(event__is_public=True).values("organisation"))
        | Q(
            pk__in=Organisation.objects.filter(
                commitment_parties__commitment__event__is_public=True
            ).values("pk")
        )
        | Q(
            pk__in=Organisation.objects.filter(
                assessments__state="approved",
                assessments__commitment__event__is_public=True,
            ).values("pk")
        )
        | Q(
            pk__in=Organisation.objects.filter(
                responses__state="approved",
                responses__outcome__statement__state="published",
                responses__outcome__statement__event__is_public=True,
            ).values("pk")
        )
    )


class Organisation(models.Model):
    """A government, a Red Cross or Red Crescent member, or another body that takes part."""

    slug = models.SlugField(
        _("short name in addresses"),
        unique=True,
        max_length=80,
        help_text=_(
            "Small letters, digits and hyphens. Links that others have made use it: do not change "
            "it."
        ),
    )
    name = models.CharField(
        _("name"), max_length=200, help_text=_("The full name, as the organisation writes it.")
    )
    short_name = models.CharField(
        _("short name"),
        max_length=60,
        blank=True,
        help_text=_("What people call it, for example IFRC. Leave empty if none."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=OrganisationKind.choices,
        help_text=_("Decides in which part of the list of participants it stands."),
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
            "An address of the office, not of a person. Shown to everyone as the way to ask."
        ),
    )
    is_demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        help_text=_("Made up. It can take part in demonstrations only."),
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
        """The page of this organisation."""
        return reverse("organisation-detail", args=[self.slug])

    def clean(self) -> None:
        """Raises ValidationError where what was real becomes made up, or a short name leads on."""
        validate_unchanged(self, "is_demonstration")
        if apps.get_model("participants.SlugRedirect")._default_manager.filter(slug=self.slug):
            words = _("An organisation of this short name was merged. Choose another one.")
            raise ValidationError({"slug": words})

    @property
    def constituency(self) -> Constituency:
        """Where it sits at the table."""
        return CONSTITUENCY_BY_KIND[OrganisationKind(self.kind)]

    @property
    def short(self) -> str:
        """The short name, or the name where there is none."""
        return self.short_name or self.name


def validate_same_demonstration(event: Event, is_demonstration: bool) -> None:
    """Keeps what is made up and what is real apart.

    Raises ValidationError where one would be attached to the other.
    """
    if event.is_demonstration != is_demonstration:
        raise ValidationError(
            _(
                "What is made up belongs to demonstrations only, and what is real to real "
                "roundtables only. Choose another one."
            )
        )


class EventRole(models.Model):
    """What an organisation was at a roundtable, in its source's words; gives nobody any rights."""

    class Role(models.TextChoices):
        """What an organisation was at a roundtable."""

        COCHAIR = "cochair", _("co-chair")
        COHOST = "cohost", _("co-host")
        PARTICIPANT = "participant", _("participant")
        OBSERVER = "observer", _("observer")

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="roles",
        verbose_name=_("roundtable"),
        help_text=_("Where it had this role."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="roles",
        verbose_name=_("organisation"),
        help_text=_("Who had this role."),
    )
    role = models.CharField(
        _("role"), max_length=12, choices=Role.choices, help_text=_("What it was there.")
    )
    represented_by = models.CharField(
        _("represented by"),
        max_length=200,
        blank=True,
        help_text=_("The ministry or department, where the source names it. Never a person."),
    )
    source_wording = models.TextField(
        _("wording of the source"),
        blank=True,
        help_text=_("How the source says it, word for word."),
    )
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("The page or document that says so.")
    )
    recorded_at = models.DateTimeField(
        _("recorded"),
        default=timezone.now,
        editable=False,
        help_text=_("When it was written here."),
    )

    class Meta:
        verbose_name = _("role at a roundtable")
        verbose_name_plural = _("roles at roundtables")
        ordering = ["event", "role", "organisation__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organisation", "role"],
                name="event_role_unique",
                violation_error_message=_("This organisation has that role already."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["cochair", "cohost", "participant", "observer"]),
                name="event_role_valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.get_role_display()}"

    def clean(self) -> None:
        """Raises ValidationError where a made-up organisation meets a real roundtable."""
        event = getattr(self, "event", None)  # in a form it may not be stored yet
        if event and self.organisation_id:
            validate_same_demonstration(event, self.organisation.is_demonstration)


class RecordedCount(models.Model):
    """How many of a kind took part, where a source gives the number but not every name."""

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="recorded_counts",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable that was counted."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=OrganisationKind.choices,
        help_text=_("Which kind was counted."),
    )
    number = models.PositiveIntegerField(
        _("number"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_RECORDED_COUNT, _("Write at most %(limit_value)s."))],
        help_text=_("Leave empty if the source says that they took part but not how many."),
    )
    source_wording = models.TextField(
        _("wording of the source"),
        blank=True,
        help_text=_("How the source says it, word for word."),
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
                violation_error_message=_("There is a number for this kind already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="recorded_count_kind"
            ),
            models.CheckConstraint(
                condition=Q(number__lte=MAX_RECORDED_COUNT), name="recorded_count_most"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.number}"


class Group(models.Model):
    """Those whom a statement speaks to as one: governments, CSOs, participants, co-chairs."""

    slug = models.SlugField(
        _("short name in addresses"), unique=True, help_text=_("For example governments.")
    )
    name = models.CharField(
        _("name"), max_length=100, help_text=_("As the statement says it, for example CSOs.")
    )
    description = models.CharField(
        _("description"),
        max_length=200,
        blank=True,
        help_text=_("Who is meant, in words that a reader from outside understands."),
    )
    member_rule = models.CharField(
        _("made of"),
        max_length=16,
        blank=True,
        choices=[
            *Constituency.choices,
            ("participants", _("Everyone who took part")),
            ("cochairs", _("Co-chairs")),
        ],
        help_text=_(
            "Which organisations of a roundtable the statement means by it, so that their answers "
            "can be counted. Leave empty if that is not clear."
        ),
    )

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
    """Condition for the organisations at a roundtable that a group is made of, as far as recorded.

    `member_rule` is the word of `Group.member_rule`; where it is empty there are none.
    """
    if not member_rule:
        return Q(pk__in=[])
    roles = EventRole.objects.filter(event=event_id)
    if member_rule == "cochairs":
        roles = roles.filter(role=EventRole.Role.COCHAIR)
    condition = Q(pk__in=roles.values("organisation"))
    if member_rule in Constituency.values:
        kinds = [
            kind
            for kind, constituency in CONSTITUENCY_BY_KIND.items()
            if constituency == member_rule
        ]
        condition &= Q(kind__in=kinds)
    return condition
