"""Says whose copy of a list of participants has turned up somewhere."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from participants.participation.participant_list import (
    find_lists_by_trace,
    requester_name,
    with_requesters,
)


class Command(BaseCommand):
    """Tells by a mark, or by the person who does not exist, who asked for the copy."""

    help = "Says who asked for the list of participants that a mark or a made-up address is from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The mark of any line, or the name or address of the person who does not exist."""
        parser.add_argument("text", help="A mark, a name or an address from the copy.")

    def handle(self, *args: Any, text: str, **options: Any) -> None:
        """Prints a line for each list."""
        found = list(with_requesters(find_lists_by_trace(text)))
        if not found:
            raise CommandError(_("No list of participants holds “%s”.") % text)
        for row in found:
            who = requester_name(row.requested_by, row.event)
            words = {"code": row.event.code, "who": who, "day": row.requested_at.date()}
            line = _("%(code)s: asked for by %(who)s on %(day)s: ") % words
            self.stdout.write(line + row.purpose)
