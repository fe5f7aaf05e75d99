"""The list of delegates, which only the co-chairs' desk reads and writes.

It has no contact channels and no visibility settings: only the person edits those.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outcomes.datasets.columns import Column, Dataset, columns
from outcomes.datasets.tables import reference_field
from participants.models import Affiliation, Delegate, Participation
from roundtable.database.fields import field_of

DELEGATES = Dataset(
    Delegate,
    columns(
        Column(
            "handle",
            field=models.CharField(
                blank=True,
                max_length=10,
                help_text=_(
                    "The code that identifies the person. Leave it empty for a new person."
                ),
            ),
        ),
        Column(
            "name",
            synonyms="fullname participant participantname nameofparticipant delegate "
            "delegatename firstname givenname givennames forename lastname surname familyname nom "
            "prenom nombre apellido apellidos nama namalengkap name ชื่อ ชื่อนามสกุล hoten",
        ),
        Column(
            "name_latin",
            synonyms="latinname nameinlatinletters romanname englishname romanizedname",
        ),
        Column(
            "organisation",
            synonyms="organization organisationname organizationname org institution agency "
            "ministry affiliation employer company representing nationalsociety government body "
            "organisme organizacion entity departmentorministry ministryorganisation instansi "
            "lembaga organisasi institusi institucion หน่วยงาน องค์กร coquan",
            field=reference_field(
                _(
                    "The organisation the person represented. Write its short name in web "
                    "addresses, or its name."
                )
            ),
        ),
        Column(
            "capacity",
            synonyms="role delegationrole participationas attendingas participation",
            field=field_of(Participation, "capacity"),
        ),
        Column(
            "post",
            synonyms="position jobtitle designation function title functiontitle poste cargo "
            "jabatan positiontitle occupation posisi fonction ตำแหน่ง chucvu",
            field=field_of(Affiliation, "post"),
        ),
        Column(
            "invitation_email",
            synonyms="email emailaddress mail mailaddress contactemail workemail courriel correo "
            "correoelectronico officialemail emailid surel อีเมล",
        ),
        Column(
            "nomination",
            synonyms="nominatedby nominationletter letterofnomination lineoftheletter letter",
            field=field_of(Participation, "nomination"),
        ),
        Column(
            "letter_dated_on",
            synonyms="letterdate dateofletter",
            field=models.DateField(
                null=True,
                blank=True,
                help_text=_(
                    "The date of a letter on record, of the same organisation. The line is from it."
                ),
            ),
        ),
    ),
    identifier="handle",
    is_shared=True,
)
