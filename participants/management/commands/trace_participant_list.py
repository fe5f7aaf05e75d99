"""Command that identifies who requested a leaked participant list."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from participants.display_names import display_name, with_display_names
from participants.participation.participant_list import find_lists_by_trace


class Command(BaseCommand):
    """Finds a list by its watermark or by its made-up person."""

    help = "Shows who requested the list of participants that a mark or a made-up address is from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="A mark, a name or an address from the copy.")

    def handle(self, *args: Any, text: str, **options: Any) -> None:
        found = list(with_display_names(find_lists_by_trace(text), "requested_by"))
        if not found:
            raise CommandError(_("No list of participants contains “%s”.") % text)
        for row in found:
            who = display_name(row.requested_by, None)
            words = {"code": row.event.code, "who": who, "day": row.requested_at.date()}
            line = _("%(code)s: requested by %(who)s on %(day)s: ") % words
            self.stdout.write(line + row.purpose)
