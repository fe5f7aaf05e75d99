from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0024_indexes_of_public_lists'),
    ]

    operations = [
        migrations.CreateModel(
            name='Synonyms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(help_text='Words or phrases with commas between them, for example: hotline, helpline, telephone line. Who searches for one of them finds the others too. Singular and plural are the same.', max_length=300, unique=True, verbose_name='words')),
            ],
            options={
                'verbose_name': 'words with the same meaning',
                'verbose_name_plural': 'words with the same meaning',
                'ordering': ['words'],
                'constraints': [models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='synonyms_have_words')],
            },
        ),
    ]
