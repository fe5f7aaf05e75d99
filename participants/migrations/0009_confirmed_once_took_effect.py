from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0008_keep_earlier_confirmations'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='participation',
            name='confirmed_by',
        ),
        migrations.RemoveConstraint(
            model_name='participation',
            name='participation_ended_was_confirmed',
        ),
        migrations.AddConstraint(
            model_name='participation',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('took_effect_at__isnull', False), _connector='OR'), name='participation_ended_was_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='participation',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_at', None), ('took_effect_at__isnull', False), _connector='OR'), name='participation_confirmed_took_effect'),
        ),
    ]
