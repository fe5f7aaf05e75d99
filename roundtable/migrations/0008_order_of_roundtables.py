from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('roundtable', '0007_store_links_in_versions'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['-starts_on', 'code'], name='event_latest'),
        ),
    ]
