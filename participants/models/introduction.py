"""Introductions: two people agree that each can contact the other."""

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from participants.models.contact import AudienceException
from participants.models.delegate import Delegate, available_q, handle_field
from participants.models.organisation import CONSTITUENCY_BY_KIND, Organisation, OrganisationKind
from participants.models.participation import Affiliation, Participation
from participants.models.person_model import UnnamedModel
from participants.models.personal_data import ShownTo
from participants.models.user import Grant, User
from roundtable.database.sealed import SealedField


def _excludes(owner: str, other: str) -> Exists:
    """Whether the exceptions of `owner` name an organisation that `other` ever belonged to.

    What was never confirmed does not count.

    Both are paths from the introduction. ExceptionSet.includes() has the same rule in Python: an
    exception for one body of a government excludes all its bodies.
    """
    person = OuterRef(OuterRef(OuterRef(other)))
    constituency = Case(
        *(When(kind=kind, then=Value(word)) for kind, word in CONSTITUENCY_BY_KIND.items())
    )
    belongs_there = Organisation.objects.alias(own_constituency=constituency).filter(
        Q(pk__in=Affiliation.with_removed.filter(delegate=person).values("organisation"))
        | Q(
            pk__in=Participation.with_ended.ever_confirmed()
            .filter(delegate=person)
            .values("organisation")
        )
        | Q(
            pk__in=Grant.objects.awake()
            .exclude(effective_on=None, suspended_at=None)
            .filter(user__delegate=person)
            .values("on_behalf_of")
        ),
        Q(pk=OuterRef("organisation"))
        | _of_excluded_government()
        | (Q(country=OuterRef("country")) & ~Q(country=""))
        | Q(own_constituency=OuterRef("constituency")),
    )
    exceptions = AudienceException.objects.filter(delegate=OuterRef(owner), channel=None)
    return Exists(exceptions.filter(Exists(belongs_there.order_by())))


def _of_excluded_government() -> Q:
    """Those without a country may be bodies of different governments."""
    return (
        Q(kind=OuterRef("organisation__kind"), country=OuterRef("organisation__country"))
        & Q(kind=OrganisationKind.GOVERNMENT)
        & ~Q(country="")
    )


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    """Which introductions are valid."""

    def accepted(self) -> "IntroductionQuerySet":
        """Accepted by both sides and ended by neither."""
        return self.filter(
            first_accepted_at__isnull=False,
            second_accepted_at__isnull=False,
            first_ended_at=None,
            second_ended_at=None,
        )

    def not_excluded(self) -> "IntroductionQuerySet":
        """Where neither person excludes the other from their directory entry."""
        return self.filter(~_excludes("first", "second"), ~_excludes("second", "first"))

    def not_excluding(self, delegate: Delegate) -> "IntroductionQuerySet":
        """Those of this person whom the other person does not exclude."""
        return self.filter(
            Q(Q(first=delegate) & ~_excludes("second", "first"))
            | Q(Q(second=delegate) & ~_excludes("first", "second"))
        )

    def in_force(self) -> "IntroductionQuerySet":
        """Those by which the two people see each other now."""
        return (
            self.accepted().filter(available_q("first__"), available_q("second__")).not_excluded()
        )

    def reaching(self, delegate: Delegate) -> "IntroductionQuerySet":
        """Those that this person may know of.

        A request between people of whom one excludes the other never arrives. What a co-chair
        proposes does not reach the person who excludes. The excluded person sees it as always,
        because its absence would tell of the exception.
        """
        first_excludes, second_excludes = _excludes("first", "second"), _excludes("second", "first")
        is_proposed = Q(proposed_by=None) | ~Q(proposed_by=F("first__user"))
        as_first = Q(first_accepted_at__isnull=False) | Q(~first_excludes)
        as_second = Q(second_accepted_at__isnull=False) | (
            Q(~second_excludes) & (is_proposed | Q(~first_excludes))
        )
        return self.filter((Q(first=delegate) & as_first) | (Q(second=delegate) & as_second))

    def between(self, one: Delegate, other: Delegate) -> "IntroductionQuerySet":
        return self.filter(Q(first=one, second=other) | Q(first=other, second=one))

    def of(self, delegate: Delegate) -> "IntroductionQuerySet":
        return self.filter(Q(first=delegate) | Q(second=delegate))


class Introduction(UnnamedModel):
    """A proposal that two people contact each other. It is valid once both have accepted.

    If one of them asked for it, that person is `first` and has already accepted. If one side
    refuses or ends it, the other side is not told and still sees that it is waiting.
    """

    handle = handle_field(
        _("Identifies it in web addresses. A number would show how many there are.")
    )
    first = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="introductions_as_first",
        verbose_name=_("first person"),
        help_text=_(
            "One of the two people. If one of them asked for the introduction, it is that person."
        ),
    )
    second = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="introductions_as_second",
        verbose_name=_("second person"),
        help_text=_("The other one of the two people."),
    )
    proposed_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("proposed by"),
        help_text=_("The account that proposed it: the first person or a co-chair."),
    )
    message = SealedField(
        _("reason for the introduction"),
        bound_to="handle",
        max_length=600,
        blank=True,
        help_text=_(
            "What both people should know before they answer. Do not write any address here."
        ),
    )
    proposed_at = models.DateTimeField(_("proposed at"), help_text=_("When it was proposed."))
    first_accepted_at = models.DateTimeField(
        _("accepted by the first person at"),
        null=True,
        blank=True,
        help_text=_("Empty if this person has not accepted yet."),
    )
    second_accepted_at = models.DateTimeField(
        _("accepted by the second person at"),
        null=True,
        blank=True,
        help_text=_("Empty if this person has not accepted yet."),
    )
    first_ended_at = models.DateTimeField(
        _("ended by the first person at"),
        null=True,
        blank=True,
        help_text=_("Empty if this person has not refused or ended it."),
    )
    second_ended_at = models.DateTimeField(
        _("ended by the second person at"),
        null=True,
        blank=True,
        help_text=_("Empty if this person has not refused or ended it."),
    )

    objects = IntroductionQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "proposed_by",
            "introductions_proposed",
            _("Introductions that you asked for or proposed"),
            "message proposed_at",
        ),
    )

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        ordering = ["-proposed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(first=F("second")), name="introduction_of_two_people"
            ),
            models.UniqueConstraint(
                Least("first", "second"),
                Greatest("first", "second"),
                # A co-chair who proposes it must not learn that one of the two asked before.
                "proposed_by",
                condition=Q(first_ended_at=None, second_ended_at=None),
                name="introduction_one_at_a_time",
            ),
        ]
