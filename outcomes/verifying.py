"""Whether published statements still say what was published, signed and told to the log."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from outcomes.models import Statement, StatementVersion
from roundtable.audit.log import AuditEntry

TOLD = ("publish statement", "publish corrigendum")
FEWEST = 2  # signatures of what was adopted here


def faults(statement: Statement) -> list[str]:
    """A sentence for each thing that is not as it was; none if all is well."""
    code = statement.event.code
    versions = list(statement.versions.order_by("number"))
    found = [
        _("%(event)s: version %(number)d was changed after it was kept.")
        % {"event": code, "number": version.number}
        for version in versions
        if not version.is_whole
    ]
    published = [version for version in versions if version.published_at]
    if not published:
        return [*found, _("%s: no version was kept when it was published.") % code]
    latest = published[-1]
    if latest.text != statement.wording():
        found.append(_("%s: what the pages show is not the version that was published.") % code)
    if statement.adoption == Statement.Adoption.SIGNED:
        found += _unsigned(code, published)
    return [*found, *_other_than_told(code, latest)]


def _unsigned(code: str, versions: list[StatementVersion]) -> Iterator[str]:
    for version in versions:
        signed = version.sign_offs.filter(sha256=version.sha256).count()
        if signed < max(FEWEST, version.sign_offs.count()):
            yield _("%(event)s: version %(number)d lacks a signature.") % {
                "event": code,
                "number": version.number,
            }


def _other_than_told(code: str, latest: StatementVersion) -> Iterator[str]:
    entries = AuditEntry.objects.filter(act__in=TOLD, detail__startswith=f"{code} version ")
    for entry in entries.order_by("-sequence")[:1]:
        told = re.search(r"version (\d+) ([0-9a-f]{64})", entry.detail)
        if told and (int(told[1]), told[2]) != (latest.number, latest.sha256):
            yield _("%s: the log was told of another text.") % code
