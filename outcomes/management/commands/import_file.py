"""Command that imports a list or a workbook, as the page of imports does."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.imports.forms import editable_events
from outcomes.imports.lists.kept import find_recipe
from outcomes.imports.lists.recipe import Recipe
from outcomes.imports.records.errors import FileRejectedError, row_ranges
from outcomes.imports.storage import create_upload, delete_upload, read_json, write_json
from outcomes.imports.tasks import enqueue_list_import, enqueue_run, process_upload, read_upload
from outcomes.imports.workbook.parsing import MAX_FILE_MEGABYTES
from outcomes.models import Upload
from participants.models import User
from participants.permissions import permissions_of


class Command(BaseCommand):
    """Imports the good rows of a file, and says which rows stay, and why."""

    help = (
        "Imports a list by the answers that were kept for it on the page of imports, or our own "
        "workbook, in the name of an account. With --check, nothing is saved."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The list or the workbook.")
        parser.add_argument("--by", metavar="EMAIL", required=True, help="Whose rights count.")
        parser.add_argument(
            "--roundtable",
            metavar="CODE",
            default="",
            help="Where the rows belong; not needed for a workbook with the sheet “Roundtable”.",
        )
        parser.add_argument("--recipe", metavar="NAME", default="", help="The kept answers.")
        parser.add_argument(
            "--source", metavar="TEXT", default="", help="Where the file comes from."
        )
        parser.add_argument("--check", action="store_true", help="Only say what it would do.")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        now = timezone.now()
        user = User.objects.filter(email__iexact=options["by"]).first()
        permissions = permissions_of(user, timezone.localdate(now)) if user else None
        if user is None or permissions is None:
            raise CommandError(_("No account with this address may import."))
        code = options["roundtable"]
        event = editable_events(permissions).filter(code=code).first()
        if code and event is None:
            raise CommandError(_("This account may edit no roundtable with this code."))
        path = Path(file)
        if path.stat().st_size > MAX_FILE_MEGABYTES * 1_000_000:
            raise CommandError(_("The file is larger than %d MB.") % MAX_FILE_MEGABYTES)
        upload = create_upload(
            user=user, chunks=[path.read_bytes()], event=event, at=now, file_name=path.name
        )
        upload.source = options["source"][:300]
        try:
            if name := options["recipe"]:
                self.use_recipe(upload, name, permissions)
            # Here, instead of in the worker, which then finds nothing to do.
            enqueue_run(upload, Upload.Task.PREVIEW)
            upload.refresh_from_db()
            process_upload.call(upload.pk, upload.run)
            if event is None and read_json(upload, "recipe"):
                raise CommandError(_("Say with --roundtable where the rows belong."))
            is_good = self.say_preview(upload)
            if is_good and not options["check"]:
                self.run_import(upload)
                if upload.state != Upload.State.DONE:
                    self.say_preview(upload)
                    raise CommandError(_("The data changed while the command ran. Start it again."))
                self.stdout.write(_("Everything else is imported."))
        except FileRejectedError as refusal:
            raise CommandError(refusal.as_text(file)) from None
        finally:
            if not Upload.objects.filter(pk=upload.pk, state=Upload.State.DONE).exists():
                delete_upload(upload, timezone.now())
        if not is_good:
            raise CommandError(_("Nothing is imported."))

    def use_recipe(self, upload: Upload, name: str, permissions: Any) -> None:
        recipe = find_recipe(read_upload(upload), permissions, name=name)
        if recipe is None:
            raise CommandError(
                _("No answers are kept as “%s” for a list with these headings.") % name
            )
        write_json(upload, "recipe", recipe.to_json())

    def run_import(self, upload: Upload) -> None:
        digest = (read_json(upload, "result") or {}).get("digest", "")
        if recipe := read_json(upload, "recipe"):
            read = read_upload(upload), Recipe.from_json(recipe)
            enqueue_list_import(upload, *read, digest=digest, at=timezone.now())
        else:
            enqueue_run(upload, Upload.Task.IMPORT, digest=digest)
        upload.refresh_from_db()
        process_upload.call(upload.pk, upload.run)
        upload.refresh_from_db()

    def say_preview(self, upload: Upload) -> bool:
        """Whether there is something to import and nothing against it."""
        found, asked = read_json(upload, "result") or {}, read_json(upload, "list")
        for where, sentence in found.get("mistakes", ()):
            self.stderr.write(f"[{where}] {sentence}" if where else sentence)
        if asked is None:
            counts = found.get("counts", {})
            good = sum(counts.get(one, 0) for one in ("added", "changed", "removed"))
            self.stdout.write(", ".join(f"{name} {n}" for name, n in counts.items()))
            return bool(good) and not found.get("mistakes") and not found.get("questions")
        counts = asked["counts"]
        self.stdout.write(
            _(
                "%(rows)d rows: %(added)d to add, %(changed)d to change, %(unchanged)d as on "
                "record, %(organisations)d new organisations."
            )
            % (counts | {"rows": asked["rows"]})
        )
        for label in asked["missing"]:
            self.stderr.write(_("Nothing says “%s”.") % label)
        reasons: dict[str, list[int]] = {}
        for problem in asked["problems"]:
            reasons.setdefault(problem["message"], []).append(problem["row"])
        for question in asked["questions"]:
            who = _("May already be in the portal")
            reasons.setdefault(who, []).append(question["row"])
        for message, rows in reasons.items():
            said = _("Stays, row %(rows)s: %(reason)s")
            self.stdout.write(said % {"rows": row_ranges(rows), "reason": message})
        return bool(found.get("rows")) and not found.get("mistakes")
