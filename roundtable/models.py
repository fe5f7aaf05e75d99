"""Series and events, and the models that other modules of this app define."""

import zoneinfo
from datetime import UTC, date, datetime, time
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from roundtable.audit.models import AuditEntry, AuditHead, AuditKey
from roundtable.history.versions import LinkedRows, record_history
from roundtable.mail.models import MailBatch, QueuedEmail
from roundtable.web.idempotency import IdempotencyKey
from roundtable.web.limits import CacheEntry, LimitCount
from roundtable.workers.jobs import Job

__all__ = [
    "AuditEntry",
    "AuditHead",
    "AuditKey",
    "CacheEntry",
    "Event",
    "IdempotencyKey",
    "Job",
    "LimitCount",
    "MailBatch",
    "QueuedEmail",
    "Series",
]


@cache  # it reads several hundred files
def _time_zones() -> set[str]:
    return zoneinfo.available_timezones()


def validate_time_zone(name: str) -> None:
    if name not in _time_zones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Write one such as Asia/Bangkok."),
            params={"name": name},
        )


CANNOT_CHANGE_MESSAGE = _("This was set when the record was created. You cannot change it.")


def validate_unchanged(
    row: models.Model, field: str, message: str | Promise = CANNOT_CHANGE_MESSAGE
) -> None:
    """Raises ValidationError with this message if the field of a saved row changes."""
    stored = type(row)._default_manager.filter(pk=row.pk).values_list(field, flat=True).first()
    if stored is not None and stored != getattr(row, field):
        raise ValidationError({field: message})


class Series(models.Model):
    """A process that holds roundtables, such as the Bali Process."""

    slug = models.SlugField(
        _("short name in web addresses"),
        unique=True,
        help_text=_("Use lower-case letters, digits and hyphens, for example bali-process."),
    )
    name = models.CharField(
        _("name"), max_length=200, help_text=_("The full name, as the series itself writes it.")
    )
    site = models.URLField(
        _("website"),
        blank=True,
        help_text=_("The series' own website. Leave empty if there is none."),
    )

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EventQuerySet(models.QuerySet["Event"]):
    """Which roundtables someone may see."""

    def published(self) -> "EventQuerySet":
        return self.filter(is_public=True)


class Event(models.Model):
    """One roundtable: when and where it met, and the source of these facts."""

    series = models.ForeignKey(
        Series,
        on_delete=models.PROTECT,
        related_name="events",
        verbose_name=_("series"),
        help_text=_("The process that this roundtable belongs to."),
    )
    code = models.CharField(
        _("code"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9]*\Z", _("Use capital letters and digits."))],
        help_text=_(
            "Every reference begins with this code, for example BP2018. It never changes "
            "after publication."
        ),
    )
    slug = models.SlugField(
        _("short name in web addresses"),
        unique=True,
        help_text=_(
            "Use lower-case letters, digits and hyphens. Do not change it: other people's"
            " links use it."
        ),
    )
    title = models.CharField(_("title"), max_length=200, help_text=_("The roundtable's own title."))
    starts_on = models.DateField(_("first day"), help_text=_("The first day of the meeting."))
    ends_on = models.DateField(_("last day"), help_text=_("The last day of the meeting."))
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        validators=[validate_time_zone],
        help_text=_("The time zone of the place of the meeting, for example Asia/Bangkok."),
    )
    city = models.CharField(
        _("city"), max_length=100, blank=True, help_text=_("Leave empty if not recorded.")
    )
    country = CountryField(_("country"), blank=True, help_text=_("Leave empty if not recorded."))
    venue = models.CharField(
        _("venue"),
        max_length=200,
        blank=True,
        help_text=_("For example, the building. Leave empty if not recorded."),
    )
    summary = models.TextField(
        _("summary"),
        blank=True,
        help_text=_(
            "Two or three sentences in the portal's own words. They appear below the title."
        ),
    )
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_(
            "If selected, everyone can see the roundtable. Until then, only people with a"
            " grant for it can see it."
        ),
    )
    is_demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        help_text=_("The roundtable is made up. Every page that shows it says so."),
    )
    source_title = models.CharField(
        _("source"),
        max_length=300,
        blank=True,
        help_text=_("The page or document that these facts come from."),
    )
    source_url = models.URLField(
        _("web address of the source"),
        blank=True,
        help_text=_("Leave empty if the web address is not recorded."),
    )
    source_retrieved_on = models.DateField(
        _("retrieved on"),
        null=True,
        blank=True,
        help_text=_("The day on which someone last read the source."),
    )
    history = record_history(
        rows={
            "roles": LinkedRows(
                ("organisation", "role", "represented_by", "source_wording", "source")
            ),
            "recorded_counts": LinkedRows(("kind", "number", "source_wording", "source")),
            "documents": LinkedRows(("title", "publisher", "url", "dated_on")),
        }
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("roundtable")
        verbose_name_plural = _("roundtables")
        ordering = ["-starts_on", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="event_ends_after_it_starts",
                violation_error_message=_(
                    "The last day is before the first day. Correct one of them."
                ),
            ),
            models.CheckConstraint(
                condition=Q(code=Upper("code")) & ~Q(code=""),
                name="event_code_uppercase",
                violation_error_message=_("Use only capital letters and digits in the code."),
            ),
            models.CheckConstraint(condition=~Q(slug=""), name="event_has_slug"),
        ]
        # Lists of commitments and points have the latest roundtable first.
        indexes = [models.Index(fields=["-starts_on", "code"], name="event_latest")]

    def __str__(self) -> str:
        if not self.starts_on:  # a form that is not filled in yet
            return self.title
        # Roundtables of one series often have the same title.
        return gettext("%(title)s, %(month)s (%(code)s)") % {
            "title": self.title,
            "month": date_format(self.starts_on, "YEAR_MONTH_FORMAT"),
            "code": self.code,
        }

    def get_absolute_url(self) -> str:
        return reverse("event-detail", args=[self.slug])

    def clean(self) -> None:
        validate_unchanged(self, "is_demonstration")
        if self.is_cited:
            validate_unchanged(
                self, "code", _("Other people cite this code. You cannot change it.")
            )
            validate_unchanged(
                self, "slug", _("Other people link to this short name. You cannot change it.")
            )

    def validate_begun(self, field: str, day: date | None) -> None:
        """Raises ValidationError for the field if the day is before the first day."""
        if day and day < self.starts_on:
            words = _("The roundtable began on %s. Choose that day or later.")
            raise ValidationError({field: words % self.starts_on})

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def last_day_began_at(self) -> datetime:
        return datetime.combine(self.ends_on, time(), UTC)

    @property
    def is_cited(self) -> bool:
        """Whether it was ever public, or something in it has a reference or number."""
        if self.pk is None:
            return False
        is_referenced = Q(is_public=True) | Q(commitments__isnull=False)
        is_referenced |= Q(statement__outcomes__number__gt="") | Q(
            statement__versions__isnull=False
        )
        return bool(
            Event.objects.filter(is_referenced, pk=self.pk).exists()
            or self.history.filter(is_public=True).exists()
        )
