"""Command that checks published statements against their hashes."""

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from outcomes.models import Statement, StatementVersion
from outcomes.sources.comparisons import source_check
from roundtable.audit.models import AuditEntry

PUBLISH_ACTS = ("publish statement", "publish corrigendum")
MIN_SIGNATURES = 2  # of a statement that was signed in the portal


def find_faults(statement: Statement) -> list[str]:
    code = statement.event.code
    versions = list(statement.versions.order_by("number"))
    found = [
        _("%(event)s: version %(number)d was changed after it was saved.")
        % {"event": code, "number": version.number}
        for version in versions
        if not version.is_intact
    ]
    published = [version for version in versions if version.published_at]
    if not published:
        return [*found, _("%s: no version was saved when it was published.") % code]
    latest = published[-1]
    if latest.text != statement.canonical_text():
        found.append(_("%s: the pages do not show the version that was published.") % code)
    if statement.adoption == Statement.Adoption.SIGNED:
        found += _missing_signatures(code, published)
    else:
        found += _missing_comparisons(code, published)
    return [*found, *_audit_log_mismatches(code, latest)]


def _missing_signatures(code: str, versions: list[StatementVersion]) -> Iterator[str]:
    for version in versions:
        signed = version.sign_offs.filter(sha256=version.sha256).count()
        if signed < max(MIN_SIGNATURES, version.sign_offs.count()):
            yield _("%(event)s: version %(number)d has a missing signature.") % {
                "event": code,
                "number": version.number,
            }


def earlier_versions(statement: Statement) -> Iterator[str]:
    """Those that fewer than two organisations compared, because this was not required yet."""
    for version in statement.versions.filter(published_before_comparisons=True):
        check = source_check(version)
        if not check.comparisons and not check.is_released:
            yield _(
                "%(event)s: version %(number)d was published before two confirmations were "
                "required."
            ) % {"event": statement.event.code, "number": version.number}


def _missing_comparisons(code: str, versions: list[StatementVersion]) -> Iterator[str]:
    for version in versions:
        if source_check(version).is_missing:
            yield _(
                "%(event)s: two organisations have not compared version %(number)d with its source."
            ) % {"event": code, "number": version.number}


def _audit_log_mismatches(code: str, latest: StatementVersion) -> Iterator[str]:
    entries = AuditEntry.objects.filter(
        action__in=PUBLISH_ACTS, detail__startswith=f"{code} version "
    )
    for entry in entries.order_by("-sequence")[:1]:
        logged = re.search(r"version (\d+) ([0-9a-f]{64})", entry.detail)
        if logged and (int(logged[1]), logged[2]) != (latest.number, latest.sha256):
            yield _("%s: the log has a different text.") % code


class Command(BaseCommand):
    """Reports each published statement whose text is not the one that was published or signed."""

    help = "Checks published statements against the SHA-256 of what was published and signed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="?", help="The roundtable; all of them if omitted.")
        parser.add_argument(
            "--file", type=Path, help="A copy of statement.txt to check against the published text."
        )

    def handle(
        self, *args: Any, slug: str | None = None, file: Path | None = None, **options: Any
    ) -> None:
        rows = Statement.objects.filter(state=Statement.State.PUBLISHED).select_related("event")
        rows = rows.filter(event__slug=slug) if slug else rows
        if slug and not rows:
            raise CommandError(_("That roundtable has no published statement."))
        if file and not slug:
            raise CommandError(_("Give the roundtable whose statement is in the file."))
        found = []
        for statement in rows.order_by("event__code"):
            found += find_faults(statement)
            for sentence in earlier_versions(statement):
                self.stdout.write(sentence)
            latest = statement.versions.filter(published_at__isnull=False).last()
            if latest:
                self.stdout.write(f"{latest.sha256}  {statement.event.slug}")
            if file and latest and _read(file) != latest.text.encode():
                found.append(_("The file differs from the published text."))
        for sentence in found:
            self.stderr.write(sentence)
        if found:
            raise CommandError(_("A statement differs from its published version."))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(_("The file cannot be read.")) from error
