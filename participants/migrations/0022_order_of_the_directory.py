from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0021_store_links_in_versions'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='delegate',
            index=models.Index(fields=['name', 'id'], name='delegate_by_name'),
        ),
        migrations.AddIndex(
            model_name='delegate',
            index=models.Index(condition=models.Q(('hidden_at', None), ('erased_at', None), ('new_address_agreed_at', None), ('consented_at__isnull', False), ('listed_to', 'everyone')), fields=['name', 'id', 'user'], name='delegate_listed_to_everyone'),
        ),
    ]
