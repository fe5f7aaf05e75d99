"""Recipes that are kept for the next list of the same shape. They name no people."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from outcomes.imports.forms import editable_events
from outcomes.imports.lists.recipe import REPORT_DAY, REPORT_IS_CHECKED, Recipe
from outcomes.imports.lists.tables import cell_text, find_tables
from outcomes.imports.readers.pages import Rows, SourceFile
from outcomes.imports.records.duplicate_matcher import normalise_name
from outcomes.models import ImportRecipe
from participants.permissions import EventPermissions
from roundtable.models import Event

UNUSED_KEPT_FOR = timedelta(days=365)
MAX_COMPARED = 100  # recipes, the last used first


def shape_of(cells: Rows, heading_row: int) -> str:
    """A hash of the headings; empty if there are none."""
    headings = [normalise_name(cell_text(cell)) for cell in cells[heading_row]]
    while headings and not headings[-1]:
        headings.pop()
    return sha256("\0".join(headings).encode()).hexdigest() if headings else ""


def find_recipe(
    source: SourceFile, permissions: EventPermissions, *, name: str = ""
) -> Recipe | None:
    """The last one used for a list of this shape, or that of this name whatever the shape."""
    kept = ImportRecipe.objects.filter(event__in=editable_events(permissions)).order_by("-used_at")
    if name:
        kept = kept.filter(name=name)
    for one in kept[:MAX_COMPARED]:
        for table in find_tables(source):
            cells = source.pages[table.page]
            for row in dict.fromkeys((table.heading_row, one.content["heading_row"])):
                if 0 <= row < len(cells) and shape_of(cells, row) == one.shape:
                    found = Recipe.from_json(one.content)
                    return replace(found, page=table.page, heading_row=row, name=one.name)
    return None


def keep_recipe(recipe: Recipe, source: SourceFile, event: Event, *, at: datetime) -> None:
    """Without what is about single rows. Without a name, that of this shape is forgotten."""
    if recipe.heading_row < 0:
        return
    shape = shape_of(source.pages[recipe.page], recipe.heading_row)
    if not recipe.name:
        ImportRecipe.objects.filter(event=event, shape=shape).delete()
        return
    content = replace(recipe, left_out=[], as_they_are=[], cells={}, new_names={}, name=None)
    if recipe.kind == "delegates":
        content.only_column, content.only_words = None, []
        content.for_all = {
            key: text
            for key, text in recipe.for_all.items()
            if recipe.sheet.choices_of(key) or key == "organisation"
        }
    # Of the next list, someone says both anew.
    content.for_all = {
        key: text
        for key, text in content.for_all.items()
        if key not in (REPORT_DAY, REPORT_IS_CHECKED)
    }
    given = {"shape": shape, "content": content.to_json(), "used_at": at}
    ImportRecipe.objects.update_or_create(event=event, name=recipe.name, defaults=given)


def forget_unused_recipes(at: datetime) -> int:
    return ImportRecipe.objects.filter(used_at__lte=at - UNUSED_KEPT_FOR).delete()[0]
