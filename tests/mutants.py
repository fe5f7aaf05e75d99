"""Mutation tests: `python -m tests.mutants [--seed TEXT] [--number N] [--module PATH]...`.

Changes one place of a module at a time, in a copy of the project, and runs the nearest tests. A
mutant that they let live is a rule without a test: write the test, or explain in mutants.txt why
the mutant is equivalent or accepted. Ends with an error where one is neither killed nor explained.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import cache_from_source
from pathlib import Path
from queue import SimpleQueue
from random import Random

from tests.mutators import Mutant, mutants_of

ROOT = Path(__file__).resolve().parent.parent
# Each module, and the files of the tests nearest to it, the quickest first.
MODULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "participants/permissions.py",
        (
            "participants/test_permissions",
            "participants/participation/test_grants",
            "participants/accounts/test_grant_confirmation",
            "participants/onboarding/test_organisations_at_risk",
            "participants/accounts/test_account_changes",
            "participants/participation/test_confirmation",
            "participants/participation/test_removed_participations",
            "participants/admin_base/test_participants_admin",
        ),
    ),
    (
        "participants/decisions/engine.py",
        (
            "participants/decisions/test_decisions",
            "participants/decisions/test_decide",
            "participants/participation/test_confirmation",
            "outcomes/organisations/test_changes",
        ),
    ),
    (
        "participants/decisions/kind.py",
        (
            "participants/decisions/test_decisions",
            "participants/decisions/test_decide",
            "participants/participation/test_confirmation",
        ),
    ),
    (
        "participants/decisions/queue.py",
        ("participants/decisions/test_decide", "participants/decisions/test_decisions"),
    ),
    ("participants/decisions/views.py", ("participants/decisions/test_decide",)),
    (
        "participants/decisions/independence.py",
        ("participants/decisions/test_independence", "participants/decisions/test_decisions"),
    ),
    (
        "participants/accounts/grants.py",
        (
            "participants/accounts/test_grant_confirmation",
            "participants/accounts/test_suspended_rights",
            "participants/decisions/test_decisions",
            "participants/participation/test_grants",
            "participants/accounts/test_carry_over",
            "participants/decisions/test_decide",
        ),
    ),
    (
        "participants/participation/closure.py",
        (
            "participants/decisions/test_decisions",
            "participants/decisions/test_independence",
            "participants/participation/test_confirmation",
            "participants/participation/test_freezing",
        ),
    ),
    (
        "participants/participation/requirement.py",
        (
            "participants/participation/test_confirmation",
            "participants/decisions/test_decisions",
            "participants/participation/test_freezing",
        ),
    ),
    (
        "participants/participation/confirmation.py",
        (
            "participants/participation/test_confirmation",
            "participants/participation/test_suspension",
            "participants/participation/test_letters",
            "participants/participation/test_freezing",
            "participants/decisions/test_decide",
            "outcomes/duplicates/test_merged_participations",
        ),
    ),
    (
        "participants/participation/delegation_changes.py",
        ("participants/participation/test_freezing", "participants/decisions/test_decisions"),
    ),
    (
        "participants/privacy/visibility.py",
        (
            "participants/privacy/test_visibility",
            "participants/introductions/test_introductions",
            "participants/directory/test_directory",
            "participants/directory/test_directory_facets",
            "participants/privacy/test_audiences",
            "outcomes/test_own_tasks",
            "participants/introductions/test_introduction_exclusions",
        ),
    ),
    (
        "participants/privacy/audiences.py",
        (
            "participants/privacy/test_audiences",
            "participants/privacy/test_visibility_worlds",
            "participants/privacy/test_audience_preview",
        ),
    ),
    (
        "participants/models/introduction.py",
        (
            "participants/introductions/test_introductions",
            "participants/test_participant_models",
            "participants/introductions/test_introduction_exclusions",
            "participants/privacy/test_audiences",
            "outcomes/test_own_tasks",
        ),
    ),
    (
        "participants/models/user.py",
        (
            "participants/test_permissions",
            "participants/test_participant_models",
            "participants/test_person_model",
            "participants/participation/test_grants",
            "participants/accounts/test_grant_confirmation",
        ),
    ),
    (
        "participants/privacy/retention.py",
        (
            "participants/privacy/test_retention",
            "participants/privacy/test_people_who_never_joined",
            "participants/privacy/test_notice_changes",
        ),
    ),
    (
        "outcomes/commitments/as_of.py",
        (
            "outcomes/commitments/test_as_of",
            "outcomes/commitments/test_progress",
            "outcomes/reporting/test_members",
            "outcomes/api/test_api",
        ),
    ),
    (
        "outcomes/sources/comparisons.py",
        (
            "outcomes/sources/test_comparisons",
            "outcomes/statements/test_verify",
            "outcomes/commitments/test_commitment_sources",
            "outcomes/commitments/test_as_of",
            "participants/decisions/test_decisions",
        ),
    ),
    ("outcomes/statements/comparison.py", ("outcomes/statements/test_statement_text",)),
    (
        "outcomes/sources/hashes.py",
        ("outcomes/sources/test_hashes", "outcomes/commitments/test_publication"),
    ),
    ("outcomes/imports/workbook/dates.py", ("outcomes/imports/test_import_dates",)),
    (
        "outcomes/models/commitment.py",
        (
            "outcomes/test_outcome_models",
            "outcomes/commitments/test_commitment_sources",
            "outcomes/commitments/test_commitments",
            "outcomes/commitments/test_publication",
        ),
    ),
    (
        "outcomes/models/editorial.py",
        (
            "outcomes/test_outcome_models",
            "outcomes/reporting/test_review",
            "outcomes/reporting/test_submission",
        ),
    ),
    (
        "outcomes/models/progress.py",
        (
            "outcomes/test_outcome_models",
            "outcomes/reporting/test_review",
            "outcomes/reporting/test_submission",
            "outcomes/reporting/test_voices",
            "outcomes/reporting/test_revised_reports",
            "outcomes/reporting/test_members",
            "outcomes/commitments/test_commitment_sources",
            "outcomes/evidence/test_evidence_metadata",
        ),
    ),
    (
        "outcomes/organisations/changes.py",
        (
            "outcomes/organisations/test_changes",
            "outcomes/organisations/test_new_names",
            "outcomes/duplicates/test_merged_participations",
        ),
    ),
    (
        "outcomes/reporting/publication.py",
        (
            "outcomes/commitments/test_publication",
            "outcomes/commitments/test_commitment_sources",
            "outcomes/commitments/test_proposals",
            "outcomes/commitments/test_disputes",
        ),
    ),
    (
        "outcomes/reporting/review.py",
        (
            "outcomes/reporting/test_review",
            "outcomes/reporting/test_submission",
            "outcomes/reporting/test_voices",
            "outcomes/contributions/test_offers",
            "outcomes/contributions/test_joins",
            "outcomes/contributions/test_assessments",
        ),
    ),
    (
        "outcomes/reporting/actions.py",
        (
            "outcomes/reporting/test_rounds",
            "outcomes/commitments/test_commitment_sources",
            "outcomes/test_bulk_actions",
        ),
    ),
    (
        "outcomes/statements/agreement.py",
        (
            "outcomes/statements/test_silence_procedure",
            "outcomes/statements/test_corrigenda",
        ),
    ),
    (
        "outcomes/statements/signing.py",
        (
            "outcomes/statements/test_silence_procedure",
            "outcomes/statements/test_corrigenda",
            "outcomes/statements/test_statement_drafting",
        ),
    ),
    (
        "outcomes/statements/silence_procedure.py",
        (
            "outcomes/statements/test_silence_procedure",
            "outcomes/statements/test_corrigenda",
        ),
    ),
    (
        "roundtable/audit/verify.py",
        ("roundtable/audit/test_head_line", "roundtable/audit/test_audit_log"),
    ),
    ("roundtable/backups/archive.py", ("roundtable/backups/test_backups",)),
    ("roundtable/backups/retention.py", ("roundtable/backups/test_backups",)),
    ("roundtable/mail/health.py", ("roundtable/workers/test_worker",)),
    (
        "roundtable/monitoring/faults.py",
        ("roundtable/monitoring/test_monitoring", "roundtable/workers/test_worker"),
    ),
    (
        "roundtable/workers/tick.py",
        ("roundtable/workers/test_tick", "roundtable/workers/test_jobs"),
    ),
)
EXPLAINED = ROOT / "tests" / "mutants.txt"
# Between path, source, mutated source and reason in mutants.txt.
SEPARATOR = " :: "
COMMAND = ["-m", "pytest", "-x", "-q", "--tb=no", "--nomigrations", "-p", "no:cacheprovider"]


class Copy:
    """A copy of the files of the project that Git knows, in which one mutant at a time lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
        for name in filter(None, names.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "FULL")
        }

    def test(self, tests: Sequence[str], limit: float | None = None) -> str:
        """Runs these tests: "survived", "killed" or "timeout"."""
        command = [sys.executable, *COMMAND, *(f"tests/{test}.py" for test in tests)]
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=self.environment, capture_output=True, timeout=limit
            )
        except subprocess.TimeoutExpired:
            return "timeout"
        return "killed" if done.returncode else "survived"

    def write(self, path: str, source: str) -> None:
        """Two texts of one length within a second look alike to the cache of compiled modules."""
        (self.folder / path).write_text(source, "utf-8")
        Path(cache_from_source(str(self.folder / path))).unlink(missing_ok=True)


def explained(every: list[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """The mutants that mutants.txt explains. Exits where lines explain none that can be made."""
    found, stale = set(), []
    for line in EXPLAINED.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            path, before, after, _why = line.split(SEPARATOR, 3)
            if (path, before, after) not in every:
                stale.append(line)
            found.add((path, before, after))
    if stale:
        sys.exit("\n".join(["mutants.txt explains mutants that cannot be made:", *stale]))
    return found


def run(seed: str, number: int, modules: list[str]) -> bool:
    """Makes so many mutants; whether each is killed or explained."""
    began = time.monotonic()
    nearest = dict(MODULES)
    sources = {path: (ROOT / path).read_text("utf-8") for path in nearest}
    every = [mutant for path, source in sources.items() for mutant in mutants_of(path, source)]
    accepted = explained([mutant.key(sources[mutant.path]) for mutant in every])
    every = [mutant for mutant in every if not modules or mutant.path in modules]
    chosen = Random(seed).sample(every, min(number, len(every)))
    print(f"{len(chosen)} of {len(every)} mutants, seed {seed}", flush=True)
    counted: Counter[str] = Counter()
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for place in range(workers):
            copies.put(Copy(Path(folder) / str(place)))

        def passes(tests: Sequence[str]) -> bool:
            copy = copies.get()
            fate = copy.test(tests)
            copies.put(copy)
            return fate == "survived"

        def become(mutant: Mutant) -> None:
            copy, source = copies.get(), sources[mutant.path]
            copy.write(mutant.path, mutant.apply(source))
            fate = copy.test(nearest[mutant.path], limit)
            copy.write(mutant.path, source)
            copies.put(copy)
            path, before, after = key = mutant.key(source)
            if fate == "survived":
                fate = "explained" if key in accepted else "SURVIVED"
            counted[fate] += 1
            print(f"{fate} {path}:{mutant.line(source)} {before} → {after}", flush=True)

        tests = sorted({test for mutant in chosen for test in nearest[mutant.path]})
        # What fails by itself would kill every mutant.
        groups = [tests[place::workers] for place in range(min(workers, len(tests)))]
        if not all(pool.map(passes, groups)):
            sys.exit("The tests fail without a mutant.")
        limit = 60 + 2 * (time.monotonic() - began)
        list(pool.map(become, chosen))
    took = time.monotonic() - began
    print(", ".join(f"{count} {word}" for word, count in counted.items()), f"in {took:.0f} s")
    return not counted["SURVIVED"]


def main() -> None:
    """Reads the command line."""
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default=head.stdout.strip(), help="the commit, if not given")
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--module", action="append", default=[], help="all modules, if not given")
    given = parser.parse_args()
    sys.exit(not run(given.seed, given.number, given.module))


if __name__ == "__main__":
    main()
