"""Exports at the desk: the columns of the public files, of all rows that its lists show."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from import_export import resources
from import_export.fields import Field

from outcomes.exports.reading import Row, Table
from outcomes.exports.tables import (
    COMMITMENTS,
    EXPORTED_ON,
    ORGANISATIONS,
    read_commitments,
    read_organisations,
)
from outcomes.models import Commitment
from participants.models import Organisation
from roundtable.text.spreadsheets import cell_text


class TableResource(resources.Resource):
    """Its rows have the columns of a table, and some that only the desk sees."""

    table: Table
    desk_columns: tuple[str, ...]  # fields of the model

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = [*self.table.column_names, *self.desk_columns, EXPORTED_ON.name]
        self.fields = {name: Field(column_name=name) for name in names}

    @classmethod
    def get_display_name(cls) -> str:
        return str(cls.table.title)

    def iter_queryset(self, queryset: QuerySet[Any]) -> Iterator[Row]:
        name, on = self.table.column_names[0], timezone.localdate()  # the name is unique
        found = list(queryset.values("pk", name, *self.desk_columns))
        of_desk = {row[name]: row for row in found}
        for rows in self.table.batches([row["pk"] for row in found], on):
            for row in rows:
                yield of_desk[row[name]] | row | {EXPORTED_ON.name: on}

    def export_field(self, field: Field, instance: Row, **kwargs: Any) -> str:
        return cell_text(instance[field.column_name])


class CommitmentResource(TableResource):
    """Commitments, those that are not public too."""

    table = replace(COMMITMENTS, reader=partial(read_commitments, among=Commitment.objects.all()))
    desk_columns = ("state",)


class OrganisationResource(TableResource):
    """Organisations, those that the public files leave out too."""

    table = replace(
        ORGANISATIONS, reader=partial(read_organisations, among=Organisation.objects.all())
    )
    desk_columns = ("role_mailbox",)
