"""How many commitments stand where: what lists, the first page and progress count with."""

from datetime import date

from django.db.models import Case, Count, Exists, Model, OuterRef, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outcomes.as_of import NOW, Columns
from outcomes.models import Assessment, Commitment, CommitmentParty, Outcome, overdue
from outcomes.plots import NO_UPDATE, STATUS_CHOICES

NONE = "~none"  # a filter for what is not recorded; no short name of anything looks like it


NO_FINDING = "none"
FINDINGS: list[tuple[str, str | Promise]] = [
    *Assessment.Finding.choices,
    (NO_FINDING, _("No independent finding")),
]


def at_status(status: str, stand: Columns = NOW) -> Q:
    """The commitments that stand at this status; "no-update" are those without any."""
    return Q((stand.status, "" if status == NO_UPDATE else status))


def count(
    commitments: QuerySet[Commitment],
    on: date,
    status: str = "",
    only_overdue: bool = False,
    stand: Columns = NOW,
) -> dict[str, int]:
    """How many stand at each status, are "overdue", and are there at "all"; one query.

    Those at a status and at "all" are the overdue ones where `only_overdue`; "overdue" are those
    at `status` where one is given; "found" are both.
    """
    late = Case(When(overdue(on, stand.status), then=Value(True)), default=Value(False))
    rows = commitments.order_by().annotate(late=late).values_list(stand.status, "late")
    numbers = dict.fromkeys([slug for slug, _label in STATUS_CHOICES], 0)
    numbers |= {"all": 0, "overdue": 0, "found": 0}
    for word, is_late, number in rows.annotate(number=Count("pk")):
        slug = word or NO_UPDATE
        if is_late or not only_overdue:
            numbers[slug] += number
            numbers["all"] += number
        if slug == (status or slug):
            numbers["overdue"] += number if is_late else 0
            numbers["found"] += number if is_late or not only_overdue else 0
    return numbers


def themed() -> QuerySet[Model]:
    """Which commitment answers which published point that has themes."""
    answers = Commitment.outcomes.through.objects
    themes = Outcome.themes.through.objects.filter(outcome=OuterRef("outcome"))
    return answers.filter(Exists(themes), outcome__in=Outcome.objects.published())


def recorded(what: str) -> Exists:
    """Whether anything is recorded of a commitment's "theme", "kind" of party, or "country"."""
    if what == "theme":
        return Exists(themed().filter(commitment=OuterRef("pk")))
    parties = CommitmentParty.objects.filter(commitment=OuterRef("pk"), organisation__isnull=False)
    if what == "country":
        parties = parties.exclude(organisation__country="")
    return Exists(parties)
