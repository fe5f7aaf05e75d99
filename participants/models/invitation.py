"""Invitations by co-chairs, and requests to be invited."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.organisation import Organisation
from participants.models.person_model import UnnamedModel
from participants.models.personal_data import ShownTo
from participants.models.user import User
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event

# Start of the dedup key of an invitation email.
INVITATION_KEY_PREFIX = "invitation:"

# Mail programs turn "example.org" into a link, too.
_LINK = re.compile(r"[@＠]|\w:/|\w[.。][^\W\d_]{2}")
_DATE = re.compile(r"(?<!\d)(?:\d{4}([./-])\d\d?\1\d\d?|\d\d?([./-])\d\d?\2\d{4})(?!\d)")
_PHONE = re.compile(r"\d(?:[ ()./–-]{0,3}\d){6}")


def validate_own_words(text: str) -> None:
    """The only link in an invitation is ours, and it has no one's contact details."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    if _LINK.search(text) or _PHONE.search(_DATE.sub(" ", text)):
        raise ValidationError(
            _(
                "Your words contain a web address, an email address or a phone number. Remove it. "
                "Put a space after each full stop."
            )
        )


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Which invitations reached the mail server, or will."""

    def with_sent(self) -> "InvitationQuerySet":
        """Annotates `is_sent`: false if the email was cancelled or failed."""
        return self.annotate(is_sent=_has_email())

    def sent(self) -> "InvitationQuerySet":
        return self.filter(_has_email())


def _has_email() -> Exists:
    key = Concat(Value(INVITATION_KEY_PREFIX), Cast(OuterRef("pk"), CharField()))
    return Exists(QueuedEmail.objects.filter(Q(done_at=None) | Q(is_sent=True), dedup_key=key))


class Invitation(UnnamedModel):
    """A co-chair sent a link to one address, which works until the person answers."""

    class Answer(models.TextChoices):
        ACCEPTED = "agreed", _("Accepted")
        NOT_ME = "not-me", _("Answered “This is not me”")
        ERASED = "erased", _("Asked to be erased")

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="invitations",
        verbose_name=_("delegate"),
        help_text=_("The delegate who is invited."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="invitations",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable that the invitation is for."),
    )
    email = models.EmailField(
        _("address"),
        help_text=_(
            "The invitation was sent to this address. No one else can sign in with the link."
        ),
    )
    invited_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("invited by"),
        help_text=_("The co-chair who sent the invitation."),
    )
    invited_at = models.DateTimeField(_("invited at"), help_text=_("When the link was created."))
    expires_at = models.DateTimeField(
        _("valid until"), help_text=_("14 days after the link was created.")
    )
    own_words = models.TextField(
        _("your own words"),
        max_length=600,
        blank=True,
        validators=[validate_own_words],
        help_text=_(
            "The email contains them after the first sentence. Write plain text, without web "
            "addresses, email addresses and phone numbers."
        ),
    )
    answer = models.CharField(
        _("answer"),
        max_length=10,
        choices=Answer.choices,
        blank=True,
        help_text=_("Empty if not answered."),
    )
    answered_at = models.DateTimeField(
        _("answered"),
        null=True,
        blank=True,
        help_text=_("When the person answered. After that, the link no longer works."),
    )
    revoked_at = models.DateTimeField(
        _("withdrawn at"),
        null=True,
        blank=True,
        help_text=_(
            "When the invitation was withdrawn, for example because a later invitation replaced it."
        ),
    )

    objects = InvitationQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "delegate",
            "invitations",
            _("Invitations"),
            "event email own_words invited_at expires_at answer answered_at revoked_at",
        ),
        ShownTo(
            "invited_by",
            "invitations_sent",
            _("Invitations that you sent"),
            "event own_words invited_at",
        ),
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="invitation_answered_has_date",
            ),
            models.UniqueConstraint(
                fields=["delegate", "event"],
                condition=Q(answered_at=None, revoked_at=None),
                name="invitation_one_open",
            ),
        ]


class InvitationRequest(UnnamedModel):
    """Someone asks for an invitation, or an organisation nominates someone; co-chairs decide."""

    class Decision(models.TextChoices):
        INVITED = "invited", _("Invited")
        REFUSED = "refused", _("Refused")
        ANSWERED_WITH_ANOTHER = "together", _("Invited through another request from this address")

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="invitation_requests",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable where the person says they took part."),
    )
    name = models.CharField(
        _("name"), max_length=200, help_text=_("Write the name as you usually do, in any script.")
    )
    organisation = models.CharField(
        _("organisation"),
        max_length=200,
        help_text=_("The organisation you represented at the roundtable."),
    )
    email = models.EmailField(
        _("email address"),
        help_text=_("If the co-chairs invite you, we send the invitation to this address."),
    )
    note = models.TextField(
        _("note"),
        max_length=600,
        blank=True,
        help_text=_("Anything that helps the co-chairs to remember you."),
    )
    nominated_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("nominated by"),
        help_text=_("The person who nominated someone. Empty if the person asked."),
    )
    nominated_for = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("nominated for"),
        help_text=_("The organisation that nominated the person. Empty if the person asked."),
    )
    post = models.CharField(
        _("post"),
        max_length=200,
        blank=True,
        help_text=_("What the person does at the organisation."),
    )
    capacity = models.CharField(
        _("capacity"),
        max_length=100,
        blank=True,
        help_text=_("As what the person takes part, for example head of delegation."),
    )
    requested_at = models.DateTimeField(
        _("requested at"), help_text=_("When the request was sent.")
    )
    decision = models.CharField(
        _("decision"),
        max_length=10,
        choices=Decision.choices,
        blank=True,
        help_text=_("Empty if not decided."),
    )
    decided_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("The co-chair who decided."),
    )
    decided_at = models.DateTimeField(
        _("decided at"), null=True, blank=True, help_text=_("When it was decided.")
    )

    personal_data = (
        ShownTo(
            "email",
            "requests",
            _("Requests to be invited"),
            "event name organisation nominated_for post capacity email note requested_at "
            "decision decided_at",
        ),
        ShownTo(
            "nominated_by",
            "nominations",
            _("Nominations that you made"),
            "event nominated_for note requested_at",
        ),
        ShownTo(
            "decided_by",
            "invitation_requests_decided",
            _("Requests to be invited that you decided on"),
            "event decision decided_at",
        ),
    )

    class Meta:
        verbose_name = _("request to be invited")
        verbose_name_plural = _("requests to be invited")
        ordering = ["-requested_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="invitation_request_decided_has_date",
            ),
            models.CheckConstraint(
                condition=Q(nominated_by=None) | Q(nominated_for__isnull=False),
                name="invitation_request_nominated_for_organisation",
            ),
        ]
