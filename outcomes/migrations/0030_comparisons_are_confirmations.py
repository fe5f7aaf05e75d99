from django.db import migrations, models

SUBJECTS = ("statement", "corrigendum", "commitment")
NAME = "source_comparison_{}_{}"
BEFORE = {"once_per_person": "compared_by", "once_per_body": "organisation"}
AFTER = {"once_per_person": "by", "once_per_body": "on_behalf_of"}


def constraints(columns):
    for subject in SUBJECTS:
        for rule, column in columns.items():
            yield models.UniqueConstraint(
                fields=(subject, column), name=NAME.format(subject, rule)
            )
        yield models.UniqueConstraint(
            fields=(subject,),
            condition=models.Q((columns["once_per_body"], None)),
            name=NAME.format(subject, "operator_once"),
        )


class Migration(migrations.Migration):

    dependencies = [
        ("outcomes", "0029_commitments_of_rounds"),
    ]

    operations = [
        *(
            migrations.RemoveConstraint("sourcecomparison", constraint.name)
            for constraint in constraints(BEFORE)
        ),
        migrations.AlterModelOptions(
            "sourcecomparison",
            {
                "ordering": ["confirmed_at", "pk"],
                "verbose_name": "comparison with a source",
                "verbose_name_plural": "comparisons with sources",
            },
        ),
        migrations.RenameField("sourcecomparison", "compared_by", "by"),
        migrations.RenameField("sourcecomparison", "organisation", "on_behalf_of"),
        migrations.RenameField("sourcecomparison", "compared_at", "confirmed_at"),
        *(
            migrations.AddConstraint("sourcecomparison", constraint)
            for constraint in constraints(AFTER)
        ),
    ]
