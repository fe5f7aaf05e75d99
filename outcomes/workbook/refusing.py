"""Why a file cannot be read, in one sentence that says what to do."""

from django.utils.translation import gettext as _

from outcomes.loading.mistakes import shown
from outcomes.opening.cells import Reason, UnreadableError


def sentence_of(problem: UnreadableError) -> str:
    """What a person reads of it."""
    return {
        Reason.NOTHING: _(
            "This is no workbook (XLSX) and no CSV that can be read. Open it, and save it as XLSX."
        ),
        Reason.OLD: _(
            "It is an old workbook, or one with a password. Save it as XLSX, without a password."
        ),
        Reason.OPEN_DOCUMENT: _("It is an OpenDocument file. Save it as XLSX."),
        Reason.UNPACKED: _("The file is too large once unpacked. One roundtable is smaller."),
        Reason.ROWS: _("The sheet “%s” has more than 20,000 rows or 60 columns. Remove some.")
        % shown(problem.page or "CSV"),
        Reason.LONG: _("A cell has more than 500,000 signs. Shorten it."),
        Reason.TWICE: _("The sheet “%s” stands there twice. Remove one.") % shown(problem.page),
        Reason.LIMITS: _(
            "Reading it takes too long, or too much memory. Save it as XLSX once more, or divide "
            "it."
        ),
    }[problem.reason]
