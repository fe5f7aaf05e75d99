import participants.models.delegate
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0022_order_of_the_directory'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='delegate',
            options={'ordering': ('sort_name', 'pk'), 'verbose_name': 'delegate', 'verbose_name_plural': 'delegates'},
        ),
        migrations.RemoveIndex(
            model_name='delegate',
            name='delegate_by_name',
        ),
        migrations.RemoveIndex(
            model_name='delegate',
            name='delegate_listed_to_everyone',
        ),
        migrations.AddField(
            model_name='delegate',
            name='sort_name',
            field=participants.models.delegate.SortNameField(default='', editable=False, help_text='Where the person is in lists. The portal makes it from the name.', max_length=200, verbose_name='name to sort by'),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='delegate',
            index=models.Index(fields=['sort_name', 'id'], name='delegate_by_sort_name'),
        ),
        migrations.AddIndex(
            model_name='delegate',
            index=models.Index(condition=models.Q(('hidden_at', None), ('erased_at', None), ('new_address_agreed_at', None), ('consented_at__isnull', False), ('listed_to', 'everyone')), fields=['sort_name', 'id', 'user'], name='delegate_listed_to_all'),
        ),
    ]
