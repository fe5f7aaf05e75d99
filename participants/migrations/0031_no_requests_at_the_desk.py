from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('participants', '0030_changes_of_accounts'),
    ]

    operations = [
        migrations.DeleteModel(
            name='AddressConfirmation',
        ),
        migrations.DeleteModel(
            name='AddressRequest',
        ),
        migrations.DeleteModel(
            name='FactorReset',
        ),
    ]
