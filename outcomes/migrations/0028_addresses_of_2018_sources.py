"""The addresses of the pages that the record of 2018 comes from, which its first release lacked.

Only where nothing else was entered. A corrected statement keeps its source as it was, because two
organisations compared the correction with that.
"""

from django.db import migrations
from django.utils import timezone

HOSTS_PAGE = (
    "http://rcrc-resilience-southeastasia.org/event/"
    "bali-process-on-people-smuggling-14-15-may-2018-bangkok-thailand/"
)
EVENT_PAGE = (
    "https://www.baliprocess.net/event/"
    "trafficking-in-persons-workshop-government-and-civil-society-roundtable"
)
# What the first release shipped, and what this one ships.
STATEMENT = (
    {"source_title": "Page published by the hosts", "source_url": ""},
    {
        "source_title": "Page published by the hosts (address as recorded in a stored copy)",
        "source_url": HOSTS_PAGE,
    },
)
EVENT = (
    {
        "source_title": "Event page on baliprocess.net; page published by the hosts",
        "source_url": "",
    },
    {
        "source_title": (
            "Event page on baliprocess.net (address not confirmed); page published by the hosts"
        ),
        "source_url": EVENT_PAGE,
    },
)
DOCUMENT_TITLE = (
    "Working Group on Trafficking in Persons, meeting of 16 May 2018: records the roundtable as a "
    "key outcome"
)
DOCUMENT = (
    {"title": DOCUMENT_TITLE, "url": ""},
    {"title": f"{DOCUMENT_TITLE} (address not confirmed)", "url": EVENT_PAGE},
)




def add_addresses(apps, schema_editor):
    replace(apps, before=0, after=1)


def remove_addresses(apps, schema_editor):
    replace(apps, before=1, after=0)


def replace(apps, before, after):
    events = apps.get_model("roundtable", "Event").objects
    statements = apps.get_model("outcomes", "Statement").objects
    for event in events.filter(code="BP2018", is_demonstration=False):
        documents = apps.get_model("outcomes", "Document").objects.filter(event_id=event.pk)
        has_document = documents.filter(**DOCUMENT[before]).update(**DOCUMENT[after])
        if events.filter(pk=event.pk, **EVENT[before]).update(**EVENT[after]) or has_document:
            add_version(apps.get_model("roundtable", "HistoricalEvent"), event.pk, before, after)
        of_release = statements.filter(event_id=event.pk, corrigenda=None, **STATEMENT[before])
        for statement in of_release:
            statements.filter(pk=statement.pk).update(**STATEMENT[after])
            add_version(
                apps.get_model("outcomes", "HistoricalStatement"), statement.pk, before, after
            )


def add_version(history, pk, before, after):
    """A copy of the latest version with the addresses, as if someone had entered them."""
    version = history.objects.filter(id=pk).order_by("-history_date", "-history_id").first()
    if version is None:
        return
    values = STATEMENT if history.__name__ == "HistoricalStatement" else EVENT
    if all(getattr(version, name) == value for name, value in values[before].items()):
        for name, value in values[after].items():
            setattr(version, name, value)
    for row in (version.rows or {}).get("documents", ()):
        if all(row[name] == value for name, value in DOCUMENT[before].items()):
            row.update(DOCUMENT[after])
    version.history_id = None
    version.history_date = timezone.now()
    version.history_type = "~"
    version.history_user_id = None
    version.history_change_reason = None
    version.save()


class Migration(migrations.Migration):

    dependencies = [
        ("outcomes", "0027_calendar_addresses"),
        ("roundtable", "0008_order_of_roundtables"),
    ]

    operations = [migrations.RunPython(add_addresses, remove_addresses)]
