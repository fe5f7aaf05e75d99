"""The command that checks published statements against their hashes."""

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from outcomes.models import Statement, StatementVersion
from roundtable.audit.models import AuditEntry

PUBLISH_ACTS = ("publish statement", "publish corrigendum")
MIN_SIGNATURES = 2  # signatures of what was adopted here


def find_faults(statement: Statement) -> list[str]:
    """A sentence for each thing that is not as it was; none if all is well."""
    code = statement.event.code
    versions = list(statement.versions.order_by("number"))
    found = [
        _("%(event)s: version %(number)d was changed after it was kept.")
        % {"event": code, "number": version.number}
        for version in versions
        if not version.is_intact
    ]
    published = [version for version in versions if version.published_at]
    if not published:
        return [*found, _("%s: no version was kept when it was published.") % code]
    latest = published[-1]
    if latest.text != statement.canonical_text():
        found.append(_("%s: what the pages show is not the version that was published.") % code)
    if statement.adoption == Statement.Adoption.SIGNED:
        found += _missing_signatures(code, published)
    return [*found, *_audit_log_mismatches(code, latest)]


def _missing_signatures(code: str, versions: list[StatementVersion]) -> Iterator[str]:
    for version in versions:
        signed = version.sign_offs.filter(sha256=version.sha256).count()
        if signed < max(MIN_SIGNATURES, version.sign_offs.count()):
            yield _("%(event)s: version %(number)d lacks a signature.") % {
                "event": code,
                "number": version.number,
            }


def _audit_log_mismatches(code: str, latest: StatementVersion) -> Iterator[str]:
    entries = AuditEntry.objects.filter(
        action__in=PUBLISH_ACTS, detail__startswith=f"{code} version "
    )
    for entry in entries.order_by("-sequence")[:1]:
        logged = re.search(r"version (\d+) ([0-9a-f]{64})", entry.detail)
        if logged and (int(logged[1]), logged[2]) != (latest.number, latest.sha256):
            yield _("%s: the log was told of another text.") % code


class Command(BaseCommand):
    """Names each published statement whose text is not the one that was published or signed."""

    help = "Checks published statements against the SHA-256 of what was published and signed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which one, and perhaps a copy to check against it."""
        parser.add_argument("slug", nargs="?", help="The roundtable; all of them unless given.")
        parser.add_argument(
            "--file", type=Path, help="A copy of statement.txt to check against the published text."
        )

    def handle(
        self, *args: Any, slug: str | None = None, file: Path | None = None, **options: Any
    ) -> None:
        """Prints the hash of each statement.

        Raises CommandError where one is not as it was published, or where there is none.
        """
        rows = Statement.objects.filter(state=Statement.State.PUBLISHED).select_related("event")
        rows = rows.filter(event__slug=slug) if slug else rows
        if slug and not rows:
            raise CommandError(_("No statement of that roundtable is published."))
        if file and not slug:
            raise CommandError(_("Name the roundtable whose statement the file is a copy of."))
        found = []
        for statement in rows.order_by("event__code"):
            found += find_faults(statement)
            latest = statement.versions.filter(published_at__isnull=False).last()
            if latest:
                self.stdout.write(f"{latest.sha256}  {statement.event.slug}")
            if file and latest and _read(file) != latest.text.encode():
                found.append(_("The file says something else than the published text."))
        for sentence in found:
            self.stderr.write(sentence)
        if found:
            raise CommandError(_("A statement is not as it was published."))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(_("The file cannot be read.")) from error
