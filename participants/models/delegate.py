"""People who take part, where they work, and when they took part."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from participants.languages import LANGUAGE_CHOICES
from participants.models.organisation import Organisation, check_made_up
from participants.models.user import User
from roundtable.models import Event


class Audience(models.TextChoices):
    """Who may see something. These are sets, not steps: no code compares two of them."""

    ONLY_ME = "only_me", _("Only me")
    INTRODUCED = "introduced", _("People introduced to me")
    CONSTITUENCY = "constituency", _("My constituency")
    PARTICIPANTS = "participants", _("Participants")
    EVERYONE = "everyone", _("Everyone")


def new_handle() -> str:
    """Ten random characters that cannot be guessed and are easily read aloud."""
    return get_random_string(10, "abcdefghjkmnpqrstuvwxyz23456789")


def validate_visible(value: str) -> None:
    """Raises ValidationError for a text without a single letter, digit or sign that shows."""
    if not any(unicodedata.category(c)[0] in "LNSP" for c in value):
        raise ValidationError(_("Write at least one letter."))


class Delegate(models.Model):
    """A person who takes part. Unlisted until that person says otherwise."""

    handle = models.CharField(
        _("handle"),
        max_length=10,
        unique=True,
        default=new_handle,
        editable=False,
        help_text=_("Stands for the person in addresses. Random, so that nobody can guess it."),
    )
    name = models.CharField(
        _("name"),
        max_length=200,
        validators=[validate_visible],
        help_text=_("As the person writes it, in any script."),
    )
    name_latin = models.CharField(
        _("name in Latin letters"),
        max_length=200,
        blank=True,
        help_text=_("For readers of other scripts. Leave empty if the name is in Latin letters."),
    )
    post = models.CharField(
        _("post"),
        max_length=200,
        blank=True,
        help_text=_("What you do, for example Head of Protection."),
    )
    about = models.TextField(
        _("about"),
        max_length=600,
        blank=True,
        help_text=_("A few sentences: what others may ask you about."),
    )
    invitation_email = models.EmailField(
        _("invitation address"),
        blank=True,
        help_text=_(
            "Where the co-chairs send the invitation. Only co-chairs see it; it is never shared."
        ),
    )
    user = models.OneToOneField(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="delegate",
        verbose_name=_("account"),
        help_text=_("Empty until the person has signed in."),
    )
    listed_to = models.CharField(
        _("who may see that I am listed"),
        max_length=12,
        choices=Audience.choices,
        default=Audience.ONLY_ME,
        help_text=_("They see your name, post, organisation, languages and what you write above."),
    )
    is_demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        editable=False,
        help_text=_("Made up. Takes part in demonstrations only."),
    )

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="delegate_has_a_name"),
            models.CheckConstraint(
                condition=Q(listed_to__in=Audience.values), name="delegate_listed_to_known"
            ),
            # Nobody but the person can choose to be listed.
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(listed_to=Audience.ONLY_ME),
                name="delegate_listed_only_with_account",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of this person, for those who may see it."""
        return reverse("delegate-detail", args=[self.handle])


class DelegateLanguage(models.Model):
    """A language that a delegate can be written to in."""

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="languages",
        verbose_name=_("delegate"),
        help_text=_("Who knows the language."),
    )
    language = models.CharField(
        _("language"),
        max_length=7,
        choices=LANGUAGE_CHOICES,
        help_text=_("A language that others may write in."),
    )

    class Meta:
        verbose_name = _("language")
        verbose_name_plural = _("languages")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["delegate", "language"], name="language_once"),
        ]

    def __str__(self) -> str:
        return self.get_language_display()


class Affiliation(models.Model):
    """Where a delegate works or worked; past ones count too."""

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="affiliations",
        verbose_name=_("delegate"),
        help_text=_("Who works there."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="affiliations",
        verbose_name=_("organisation"),
        help_text=_("Where the person works."),
    )
    post = models.CharField(
        _("post"), max_length=200, blank=True, help_text=_("What the person does or did there.")
    )
    since = models.DateField(
        _("from"), null=True, blank=True, help_text=_("Leave empty if not recorded.")
    )
    until = models.DateField(
        _("to"), null=True, blank=True, help_text=_("Leave empty while the person works there.")
    )

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["delegate", "organisation__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=F("since")),
                name="affiliation_ends_after_it_begins",
                violation_error_message=_("It ends before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate}, {self.organisation}"

    def clean(self) -> None:
        """Raises ValidationError where a made-up person would join a real organisation."""
        if self.delegate_id and self.organisation_id:
            if self.delegate.is_demonstration != self.organisation.is_demonstration:
                raise ValidationError(
                    _("Made-up people belong to made-up organisations only. Choose another one.")
                )


class ParticipationQuerySet(models.QuerySet["Participation"]):
    """Which participations count."""

    def confirmed(self) -> "ParticipationQuerySet":
        """Those that a co-chair has confirmed."""
        return self.filter(confirmed_at__isnull=False)


class Participation(models.Model):
    """A delegate's part in a roundtable; it counts once a co-chair has confirmed it."""

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="participations",
        verbose_name=_("delegate"),
        help_text=_("Who took part."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="participations",
        verbose_name=_("roundtable"),
        help_text=_("Where the person took part."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="participations",
        verbose_name=_("organisation at the time"),
        help_text=_("Whom the person spoke for at the roundtable."),
    )
    capacity = models.CharField(
        _("capacity"),
        max_length=100,
        blank=True,
        help_text=_("For example head of delegation. Leave empty if not recorded."),
    )
    confirmed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
        help_text=_("The co-chair who confirmed it. Nobody can confirm their own."),
    )
    confirmed_at = models.DateTimeField(
        _("confirmed"), null=True, blank=True, help_text=_("When it was confirmed.")
    )

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["event", "delegate"]
        constraints = [
            models.UniqueConstraint(
                fields=["delegate", "event"],
                name="participation_once",
                violation_error_message=_("This person takes part already."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="participation_confirmed_by_someone_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate}, {self.event}"

    def clean(self) -> None:
        """Raises ValidationError where what is made up would meet what is real."""
        if self.delegate_id and self.event_id and self.organisation_id:
            check_made_up(self.event, self.delegate.is_demonstration)
            check_made_up(self.event, self.organisation.is_demonstration)
