"""What a daily run does for texts that go round: each letter once."""

from datetime import datetime, timedelta

from outcomes.agreeing.letters import tell_cochairs_to_sign, tell_silent
from outcomes.agreeing.texts import State
from outcomes.models import Circulation

ENDS_SOON = timedelta(days=2)


def remind_of_circulations(*, at: datetime) -> int:
    """Reminds who is silent two days before a deadline, and co-chairs where silence ended.

    Returns how many circulations somebody was written to about. Who was told is not told again.
    """
    told = 0
    rows = Circulation.objects.filter(stop="").select_related("version__statement__event")
    for circulation in rows.order_by("pk"):
        version = circulation.version
        if (version.corrigendum or version.statement).state != State.CIRCULATED:
            continue
        if circulation.standing(at) == Circulation.Standing.AGREED:
            told += tell_cochairs_to_sign(circulation, at=at)
        elif circulation.deadline - at <= ENDS_SOON:
            told += bool(tell_silent(circulation, at=at))
    return told
