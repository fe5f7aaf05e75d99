from django.db import migrations

WORDS = [
    "SOP, standard operating procedure",
    "NRM, national referral mechanism",
    "NAP, national action plan, national plan of action",
    "MoU, memorandum of understanding",
    "CSO, civil society organisation, civil society organization, NGO, non-governmental organisation",
    "labour, labor",
    "centre, center",
    "programme, program",
    "coordination, co-ordination",
    "cooperation, co-operation",
    "hotline, helpline, telephone line, phone line, call centre",
    "fisherman, fishermen, fisher, fishing, fishery",
    "seafarer, seaman, crew member",
    "migrant, immigrant",
    "child, children",
    "woman, women",
    "police, law enforcement",
    "shelter, safe house",
    "victim, survivor",
    "Afghanistan, Afghan",
    "Australia, Australian",
    "Bangladesh, Bangladeshi",
    "Bhutan, Bhutanese",
    "Brunei, Bruneian",
    "Cambodia, Cambodian, Khmer",
    "China, Chinese",
    "Fiji, Fijian",
    "France, French",
    "India, Indian",
    "Indonesia, Indonesian",
    "Iran, Iranian",
    "Iraq, Iraqi",
    "Japan, Japanese",
    "Jordan, Jordanian",
    "Kiribati, I-Kiribati",
    "Korea, Korean",
    "Laos, Laotian",
    "Malaysia, Malaysian",
    "Maldives, Maldivian",
    "Mongolia, Mongolian",
    "Myanmar, Burma, Burmese",
    "Nauru, Nauruan",
    "Nepal, Nepali, Nepalese",
    "Pakistan, Pakistani",
    "Palau, Palauan",
    "Papua New Guinea, PNG, Papua New Guinean",
    "Philippines, Filipino",
    "Samoa, Samoan",
    "Singapore, Singaporean",
    "Sri Lanka, Sri Lankan",
    "Syria, Syrian",
    "Thailand, Thai",
    "Timor-Leste, East Timor, Timorese",
    "Tonga, Tongan",
    "Turkey, Türkiye, Turkish",
    "Tuvalu, Tuvaluan",
    "United Arab Emirates, UAE, Emirati",
    "United States, USA, American",
    "Vanuatu, ni-Vanuatu",
    "Viet Nam, Vietnam, Vietnamese",
]


def add_words(apps, schema_editor):
    """Operators can change them."""
    rows = apps.get_model("outcomes", "Synonyms").objects
    rows.bulk_create(rows.model(words=words) for words in WORDS)


def remove_words(apps, schema_editor):
    apps.get_model("outcomes", "Synonyms").objects.filter(words__in=WORDS).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("outcomes", "0025_synonyms"),
    ]

    operations = [migrations.RunPython(add_words, remove_words)]
