"""Exports at the desk: the columns of the public files, of all rows that its lists show."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from import_export import resources
from import_export.fields import Field

from outcomes.exports.formats import cell_text, ids_array
from outcomes.exports.reading import Read, ValuesByID, in_batches
from outcomes.exports.tables import (
    COMMITMENTS,
    EXPORTED_ON,
    ORGANISATIONS,
    Table,
    commitment_reader,
    organisation_reader,
)
from outcomes.models import Commitment
from participants.models import Organisation


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

    def reader(self, on: date) -> Read:
        raise NotImplementedError

    def iter_queryset(self, queryset: QuerySet[Any]) -> Iterator[dict[str, str]]:
        ids, on = ids_array(queryset.values_list("pk", flat=True)), timezone.localdate()
        own = ValuesByID(
            queryset.model._default_manager, self.table.column_names[0], *self.desk_columns
        )
        of_desk = {name: values for _pk, name, *values in own(ids)}
        for rows in in_batches(self.reader(on), ids, self.table.booleans):
            for name, *values in rows:
                row = [name, *values, *of_desk.get(name, ()), on.isoformat()]
                yield dict(zip(self.fields, map(cell_text, row), strict=True))

    def export_field(self, field: Field, instance: dict[str, str], **kwargs: Any) -> str:
        return instance[field.column_name]


class CommitmentResource(TableResource):
    """Commitments, those that are not public too."""

    table = COMMITMENTS
    desk_columns = ("state",)

    def reader(self, on: date) -> Read:
        return commitment_reader(on, None, Commitment.objects.all())


class OrganisationResource(TableResource):
    """Organisations, those that the public files leave out too."""

    table = ORGANISATIONS
    desk_columns = ("role_mailbox",)

    def reader(self, on: date) -> Read:
        return organisation_reader(on, None, Organisation.objects.all())
