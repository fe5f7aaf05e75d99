import unicodedata

from django.db import migrations

LETTERS = str.maketrans(
    {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"}
)


def fill(apps, schema_editor):
    delegates = apps.get_model("participants", "Delegate").objects
    for pk, name, latin in delegates.values_list("pk", "name", "name_latin"):
        delegates.filter(pk=pk).update(sort_name=folded(latin or name)[:200])


def folded(text):
    """As `normalise_for_search` was when this was written."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (
        c for c in text if not 0x300 <= ord(c) < 0x370 and unicodedata.category(c) != "Cf"
    )
    return "".join(kept).translate(LETTERS)


class Migration(migrations.Migration):

    dependencies = [
        ("participants", "0023_order_of_names"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
