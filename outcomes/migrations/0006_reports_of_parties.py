"""A report is the party's if its focal point submitted or confirmed it; the rest is recorded."""

import django.db.models.deletion
import outcomes.models.commitment
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outcomes", "0005_commitments_from_sources"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="progressupdate",
            name="update_course",
        ),
        migrations.AddField(
            model_name="commitment",
            name="latest_recorded_update",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="What others last recorded about the commitment. It is not the party's report and sets no status.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="outcomes.progressupdate",
                verbose_name="latest recorded update",
            ),
        ),
        migrations.AddField(
            model_name="historicalcommitment",
            name="latest_recorded_update",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                help_text="What others last recorded about the commitment. It is not the party's report and sets no status.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="outcomes.progressupdate",
                verbose_name="latest recorded update",
            ),
        ),
        migrations.AddField(
            model_name="progressupdate",
            name="confirmed_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the party confirmed what someone else entered.",
                null=True,
                verbose_name="confirmed by the party",
            ),
        ),
        migrations.AddField(
            model_name="progressupdate",
            name="edited_by",
            field=models.ManyToManyField(
                blank=True,
                editable=False,
                help_text="The accounts at the co-chairs' desk that wrote it. They cannot check it.",
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered or edited by",
            ),
        ),
        migrations.AddField(
            model_name="progressupdate",
            name="party_hash",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="The SHA-256 of what the party last submitted or confirmed.",
                max_length=64,
                verbose_name="hash of what the party submitted",
            ),
        ),
        migrations.AddField(
            model_name="progressupdate",
            name="received_on",
            field=models.DateField(
                blank=True,
                help_text="If the party sent you this text: the day of its message. We ask the party to confirm the text.",
                null=True,
                verbose_name="day of the party's message",
            ),
        ),
        migrations.AddField(
            model_name="progressupdate",
            name="refused_hash",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="The SHA-256 of what the party did not confirm.",
                max_length=64,
                verbose_name="hash of what the party refused",
            ),
        ),
        migrations.AddField(
            model_name="progressupdate",
            name="reported_by",
            field=models.CharField(
                choices=[("party", "the party"), ("recorded", "recorded from a source")],
                default="recorded",
                editable=False,
                help_text="Only what a party submits or confirms itself sets the status.",
                max_length=8,
                verbose_name="reported by",
            ),
        ),
        # Rows of before satisfy the constraints below; the next migration says which it is true of.
        migrations.AddField(
            model_name="progressupdate",
            name="submitter_unknown",
            field=models.BooleanField(
                default=True,
                editable=False,
                help_text="It was public before the portal recorded who submitted a report.",
                verbose_name="submitter not known",
            ),
        ),
        migrations.AlterField(
            model_name="progressupdate",
            name="submitter_unknown",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="It was public before the portal recorded who submitted a report.",
                verbose_name="submitter not known",
            ),
        ),
        migrations.AlterField(
            model_name="assessment",
            name="approved_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the text was checked.",
                null=True,
                verbose_name="checked",
            ),
        ),
        migrations.AlterField(
            model_name="assessment",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The person of another organisation who checked the text.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checked by",
            ),
        ),
        migrations.AlterField(
            model_name="assessment",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("submitted", "submitted"),
                    ("change-requested", "change requested"),
                    ("approved", "checked"),
                ],
                default="draft",
                editable=False,
                help_text="Only checked text is shown.",
                max_length=16,
                verbose_name="editorial state",
            ),
        ),
        migrations.AlterField(
            model_name="commitment",
            name="latest_update",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The party's public report on the latest day. Checking a report sets it.",
                null=True,
                on_delete=outcomes.models.commitment.clear_latest_update,
                related_name="+",
                to="outcomes.progressupdate",
                verbose_name="latest update",
            ),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="is_public",
            field=models.BooleanField(
                default=False,
                help_text="Tick this to show it to everyone, including search engines, once the update is checked.",
                verbose_name="public",
            ),
        ),
        migrations.AlterField(
            model_name="historicalcommitment",
            name="latest_update",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                help_text="The party's public report on the latest day. Checking a report sets it.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="outcomes.progressupdate",
                verbose_name="latest update",
            ),
        ),
        migrations.AlterField(
            model_name="offer",
            name="approved_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the text was checked.",
                null=True,
                verbose_name="checked",
            ),
        ),
        migrations.AlterField(
            model_name="offer",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The person of another organisation who checked the text.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checked by",
            ),
        ),
        migrations.AlterField(
            model_name="offer",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("submitted", "submitted"),
                    ("change-requested", "change requested"),
                    ("approved", "checked"),
                ],
                default="draft",
                editable=False,
                help_text="Only checked text is shown.",
                max_length=16,
                verbose_name="editorial state",
            ),
        ),
        migrations.AlterField(
            model_name="progressupdate",
            name="approved_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the text was checked.",
                null=True,
                verbose_name="checked",
            ),
        ),
        migrations.AlterField(
            model_name="progressupdate",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The person of another organisation who checked the text.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checked by",
            ),
        ),
        migrations.AlterField(
            model_name="progressupdate",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("submitted", "submitted"),
                    ("change-requested", "change requested"),
                    ("approved", "checked"),
                ],
                default="draft",
                editable=False,
                help_text="Only checked text is shown.",
                max_length=16,
                verbose_name="editorial state",
            ),
        ),
        migrations.AlterField(
            model_name="response",
            name="approved_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the text was checked.",
                null=True,
                verbose_name="checked",
            ),
        ),
        migrations.AlterField(
            model_name="response",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The person of another organisation who checked the text.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checked by",
            ),
        ),
        migrations.AlterField(
            model_name="response",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("submitted", "submitted"),
                    ("change-requested", "change requested"),
                    ("approved", "checked"),
                ],
                default="draft",
                editable=False,
                help_text="Only checked text is shown.",
                max_length=16,
                verbose_name="editorial state",
            ),
        ),
        migrations.AddIndex(
            model_name="progressupdate",
            index=models.Index(
                condition=models.Q(("reported_by", "party"), ("state", "approved")),
                fields=["commitment", "reported_on", "recorded_at", "id", "status"],
                name="update_course_of_party",
            ),
        ),
        migrations.AddConstraint(
            model_name="progressupdate",
            constraint=models.CheckConstraint(
                condition=models.Q(("reported_by__in", ["party", "recorded"])),
                name="update_reported_by_valid",
            ),
        ),
        migrations.AddConstraint(
            model_name="progressupdate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reported_by", "party"), _negated=True),
                    ("state", "draft"),
                    models.Q(("party_hash", ""), _negated=True),
                    _connector="OR",
                ),
                name="update_of_party_has_hash",
            ),
        ),
        migrations.AddConstraint(
            model_name="progressupdate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_at", None), ("reported_by", "party"), _connector="OR"
                ),
                name="update_confirmed_is_of_party",
            ),
        ),
        migrations.AddConstraint(
            model_name="progressupdate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reported_by", "recorded"), ("state", "approved"), _negated=True),
                    models.Q(("source", ""), _negated=True),
                    ("received_on__isnull", False),
                    ("submitter_unknown", True),
                    _connector="OR",
                ),
                name="update_recorded_has_source",
                violation_error_message="Enter where this was taken from: the address or title of the source, or the day of the party's message.",
            ),
        ),
    ]
