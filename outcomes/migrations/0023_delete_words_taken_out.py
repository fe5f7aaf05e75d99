import json
import re

from django.db import migrations

TAKEN_OUT = "taken out"
OWN_COLUMNS = {"history_id", "history_date", "history_change_reason", "history_type", "history_user_id"}
OWN_COLUMNS |= {"rows", "taken_out"}
MODELS = [
    ("roundtable", "event"),
    ("participants", "organisation"),
    ("outcomes", "statement"),
    ("outcomes", "outcome"),
    ("outcomes", "commitment"),
    ("outcomes", "milestone"),
]
LINKS = {"outcome": ("themes", "theme_id"), "commitment": ("outcomes", "outcome_id")}


def delete_words(apps, schema_editor):
    """Deletes what the pages already hid from earlier versions, and its copies."""
    removed = set()
    for app, name in MODELS:
        history = apps.get_model(app, f"historical{name}")
        redacted = history.objects.filter(history_change_reason=TAKEN_OUT)
        for pk in set(redacted.values_list("id", flat=True)):
            removed |= delete_from_versions(apps, app, name, pk)
    offers = apps.get_model("outcomes", "Offer").objects.exclude(commitment=None)
    milestones = apps.get_model("outcomes", "OfferedMilestone").objects.exclude(offer__commitment=None)
    for value in removed:
        offers.filter(text=value).update(text="(deleted)")
        milestones.filter(title=value).update(title="(deleted)")
    delete_from_corrections(apps)


def delete_from_versions(apps, app, name, pk):
    history = apps.get_model(app, f"historical{name}")
    rows = list(history.objects.filter(id=pk).order_by("history_date", "history_id"))
    fields = [field for field in history._meta.concrete_fields if field.name not in OWN_COLUMNS]
    hidden = {}
    for number, after in enumerate(rows):
        if number == 0 or after.history_change_reason != TAKEN_OUT:
            continue
        for field in affected_fields(apps, app, name, fields, rows[number - 1], after):
            remaining = getattr(after, field.attname)
            for version in rows[:number]:
                if not is_contained(getattr(version, field.attname), remaining):
                    hidden.setdefault(version.history_id, {})[field.attname] = field
    removed, placeholders = set(), {}
    for version in rows:
        for column, field in hidden.get(version.history_id, {}).items():
            value = getattr(version, column)
            if is_country(field):
                setattr(version, column, "")
            elif is_text(field, value) and value:
                removed.add(value)
                number = placeholders.setdefault(value, len(placeholders) + 1)
                is_short = field.max_length and field.max_length < 20
                setattr(version, column, "" if is_short else f"(deleted {number})")
        version.taken_out = sorted(field.name for field in hidden.get(version.history_id, {}).values())
        if version.taken_out:
            version.save()
    clean_log(apps, app, name, pk, removed)
    return removed


def affected_fields(apps, app, name, fields, before, after):
    changed = [
        field
        for field in fields
        if differ(getattr(before, field.attname), getattr(after, field.attname))
    ]
    texts = [field for field in fields if is_text(field, getattr(after, field.attname))]
    if set(changed) & set(texts) or links(apps, app, name, before) != links(apps, app, name, after):
        return changed
    return {*changed, *texts}


def links(apps, app, name, version):
    if name not in LINKS:
        return []
    relation, column = LINKS[name]
    rows = apps.get_model(app, f"historical{name}_{relation}").objects
    return sorted(rows.filter(history=version.history_id).values_list(column, flat=True))


def is_text(field, value):
    return isinstance(value, str) and not field.choices


def is_country(field):
    return field.name == "country"


def differ(before, after):
    if isinstance(before, str) and isinstance(after, str):
        return normalise(before) != normalise(after)
    return before != after


def normalise(text):
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def is_contained(value, remaining):
    if not isinstance(value, str) or not isinstance(remaining, str):
        return value == remaining
    part, whole = (re.findall(r"\w+", text.casefold()) for text in (value, remaining))
    return not part or f" {' '.join(part)} " in f" {' '.join(whole)} "


def clean_log(apps, app, name, pk, removed):
    kinds = apps.get_model("contenttypes", "ContentType").objects.filter(app_label=app, model=name)
    entries = apps.get_model("admin", "LogEntry").objects
    for entry in entries.filter(content_type__in=kinds, object_id=str(pk)):
        for value in removed:
            if value[:60] in entry.object_repr:
                entry.object_repr = "(deleted)"
            words = json.dumps(value)
            entry.change_message = entry.change_message.replace(words, '"(deleted)"')
        entry.save()


def delete_from_corrections(apps):
    """Of each sentence, the wording before a correction that hides it."""
    rewordings = apps.get_model("outcomes", "Rewording").objects
    hiding = rewordings.filter(corrigendum__state="published", corrigendum__hides_previous_text=True)
    for row in hiding.select_related("corrigendum"):
        same = rewordings.filter(
            corrigendum__statement=row.corrigendum.statement_id, outcome=row.outcome_id
        )
        earlier = same.filter(corrigendum__published_at__lt=row.corrigendum.published_at)
        discarded = same.filter(corrigendum__state="discarded", corrigendum__lt=row.corrigendum_id)
        for rows in (earlier, discarded):
            rows.update(before="(deleted 1)", after="(deleted 2)")
        rewordings.filter(pk=row.pk).update(before="(deleted 1)")


class Migration(migrations.Migration):

    dependencies = [
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('outcomes', '0022_store_links_in_versions'),
        ('participants', '0021_store_links_in_versions'),
        ('roundtable', '0007_store_links_in_versions'),
    ]

    operations = [
        migrations.RunPython(delete_words, migrations.RunPython.noop),
    ]
