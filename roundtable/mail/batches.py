"""Letters on hold: those that one act at the desk caused wait a while, and can be called off.

Much may change while a letter waits, so it is asked once more when it leaves: whether its cause
still holds, and to whom it goes now. The apps above say so in their module `held`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# How long the letters of a batch can be called off.
HELD = timedelta(minutes=10)
# Asked of a letter at the moment it leaves: the address it goes to; empty where to nobody.
Recheck = Callable[[Any, datetime], str]
_RECHECKS: dict[str, Recheck] = {}


class Batch(models.Model):
    """The letters that one act at the desk caused; they wait for a while and can be called off."""

    class Act(models.TextChoices):
        """What was done."""

        INVITE = "invite", _("Invitations")
        REMIND = "remind", _("Requests to report, asked again")

    event = models.ForeignKey(
        "roundtable.Event",
        on_delete=models.CASCADE,
        related_name="mail_batches",
        verbose_name=_("roundtable"),
        help_text=_("Whose co-chairs can call the letters off."),
    )
    act = models.CharField(
        _("what"), max_length=10, choices=Act.choices, help_text=_("What the letters are about.")
    )
    made_at = models.DateTimeField(_("made"), help_text=_("When it was done at the desk."))
    held_until = models.DateTimeField(
        _("leaves"), db_index=True, help_text=_("Until then the letters can be called off.")
    )
    called_off_at = models.DateTimeField(
        _("called off"), null=True, blank=True, help_text=_("From then on nothing is sent.")
    )

    class Meta:
        verbose_name = _("mail on hold")
        verbose_name_plural = _("mail on hold")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(called_off_at=None) | Q(called_off_at__lt=F("held_until")),
                name="batch_called_off_in_time",
            ),
        ]

    def __str__(self) -> str:
        return self.get_act_display()

    def can_be_called_off(self, at: datetime) -> bool:
        """Whether its letters wait still."""
        return self.called_off_at is None and at < self.held_until


def hold(*, event: Any, act: str, at: datetime) -> Batch:
    """A batch whose letters leave ten minutes from then."""
    batch = Batch(event=event, act=act, made_at=at, held_until=at + HELD)
    batch.full_clean()
    batch.save()
    return batch


def lock_of(letter: int) -> Batch | None:
    """The batch that a letter waits with, locked: its letters leave or are called off, never both.

    Whoever asks is within a transaction, and reads the time after this.
    """
    rows = Batch.objects.select_for_update()
    return rows.filter(pk__in=Batch.objects.filter(letters=letter).values("pk")).first()


@transaction.atomic
def call_off(batch: Batch, *, at: datetime) -> list[str] | None:
    """Removes the letters of a batch, none of which was sent, and gives their causes.

    The causes may have letters again. None where the batch has left, or was called off before.
    """
    row = Batch.objects.select_for_update().get(pk=batch.pk)
    # Since the moment of the press one may have left: then nothing is called off.
    has_left = row.letters.exclude(attempts=0, claimed_at=None, done_at=None).exists()
    if has_left or not row.can_be_called_off(at):
        return None
    row.called_off_at = at
    row.save()
    causes = list(row.letters.values_list("cause", flat=True))
    row.letters.all().delete()
    return causes


def recheck(beginning: str) -> Callable[[Recheck], Recheck]:
    """Has this asked of each letter whose cause begins so."""

    def keep(ask: Recheck) -> Recheck:
        _RECHECKS[beginning] = ask
        return ask

    return keep


def recipient_now(letter: Any, at: datetime) -> str:
    """To whom a letter goes that is about to leave; empty where its cause holds no more.

    Of what was on hold nothing leaves that nobody can be asked about.
    """
    for beginning, ask in _RECHECKS.items():
        if letter.cause.startswith(beginning):
            return ask(letter, at)
    return "" if letter.batch_id else str(letter.recipient)
