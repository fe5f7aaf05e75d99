from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0031_no_requests_at_the_desk'),
    ]

    operations = [
        migrations.AlterField(
            model_name='contactchannel',
            name='audience',
            field=models.CharField(choices=[('only_me', 'Only me'), ('introduced', 'People I said yes to'), ('constituency', 'My constituency at this meeting'), ('participants', 'Everyone at the meeting, governments too'), ('everyone', 'Anyone on the internet')], default='only_me', help_text='Only people who can also see you in the directory can see this.', max_length=12, verbose_name='who can see it'),
        ),
        migrations.AlterField(
            model_name='delegate',
            name='is_protected',
            field=models.BooleanField(default=False, help_text='At most, people you said yes to then find you in the directory.', verbose_name='keep my name off lists'),
        ),
        migrations.AlterField(
            model_name='delegate',
            name='listed_to',
            field=models.CharField(choices=[('only_me', 'Only me'), ('introduced', 'People I said yes to'), ('constituency', 'My constituency at this meeting'), ('participants', 'Everyone at the meeting, governments too'), ('everyone', 'Anyone on the internet')], default='only_me', help_text='These people can see your name, post, organisation, languages and what you write above.', max_length=12, verbose_name='who can see you in the directory'),
        ),
        migrations.AlterConstraint(
            model_name='delegate',
            name='delegate_protected_is_unlisted',
            constraint=models.CheckConstraint(condition=models.Q(('is_protected', False), ('listed_to__in', ['only_me', 'introduced']), _connector='OR'), name='delegate_protected_is_unlisted', violation_error_message='Your name is kept off lists. Choose “Only me” or “People I said yes to”.'),
        ),
    ]
