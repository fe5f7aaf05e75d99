from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0028_addresses_of_2018_sources'),
    ]

    operations = [
        migrations.AddField(
            model_name='reportinground',
            name='commitments',
            field=models.ManyToManyField(blank=True, editable=False, help_text='The commitments whose parties were to be asked. Empty in older rounds.', related_name='reporting_rounds', to='outcomes.commitment', verbose_name='commitments'),
        ),
    ]
