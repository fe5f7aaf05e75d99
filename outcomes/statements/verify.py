"""Finds published statements that are not as the portal published them."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from outcomes.models import Statement, StatementVersion
from outcomes.models.version import label_of
from outcomes.sources.comparisons import source_check
from roundtable.audit.mirror import Mirror, TextKey
from roundtable.audit.models import AuditEntry

PUBLISH_ACTS = ("publish statement", "publish corrigendum")
MIN_SIGNATURES = 2  # of a statement that was signed in the portal


def find_statement_faults() -> list[str]:
    """One sentence for each fault; empty if all statements are as the portal wrote them."""
    found: list[str] = []
    for statement in Statement.objects.select_related("event").order_by("event__code"):
        found += find_faults(statement)
    return found


def find_faults(statement: Statement) -> list[str]:
    code = statement.event.code
    versions = list(statement.versions.order_by("number"))
    found = [
        _(
            "%(event)s: version %(number)d was changed after it was saved, or something other than "
            "the portal wrote it."
        )
        % {"event": code, "number": version.number}
        for version in versions
        if not version.is_intact
    ]
    published = [version for version in versions if version.published_at]
    if statement.state != Statement.State.PUBLISHED:
        # The portal never takes a publication back.
        return found + [
            _("%(event)s: version %(number)d was published, but the statement is not public.")
            % {"event": code, "number": version.number}
            for version in published[-1:]
        ]
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


def find_removed_versions(mirror: Mirror) -> list[str]:
    """Published versions that only the file of seals still has as they were."""
    codes = {label_of(pk): code for pk, code in Statement.objects.values_list("pk", "event__code")}
    return [
        _("%(event)s: version %(number)d is not published as the file of seals says.")
        % {"event": codes.get(label, label), "number": number}
        for label, number in removed_versions(mirror)
    ]


def removed_versions(mirror: Mirror) -> list[TextKey]:
    present = {(label, number): sha256 for label, number, sha256 in published_texts()}
    return sorted(key for key, sha256 in mirror.texts.items() if present.get(key) != sha256)


def published_texts() -> list[tuple[str, int, str]]:
    """Label of the statement, number and SHA-256 of each published version."""
    rows = StatementVersion.objects.filter(
        published_at__isnull=False,
        statement__state=Statement.State.PUBLISHED,
        statement__event__is_demonstration=False,
    )
    return [(label_of(row.statement_id), row.number, row.sha256) for row in rows]


def renew_seals() -> None:
    """Seals with the present key what an earlier one sealed. Call it after the check."""
    for version in StatementVersion.objects.order_by("pk"):
        if version.sealing_key:
            version.set_seal()
            version.save(update_fields=["seal"])


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
