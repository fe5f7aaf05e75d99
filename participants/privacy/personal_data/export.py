"""Export of a person's data as JSON, text and ZIP."""

import json
import zipfile
from datetime import datetime
from io import BytesIO

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.urls import reverse

from participants.directory import vcard
from participants.models import ConsentNotice
from participants.privacy import visibility
from participants.privacy.consent import consent_history
from participants.privacy.personal_data.values import DataSubject, Section


def to_json(sections: list[Section], at: datetime) -> str:
    values = {
        "created_at": at,
        "names": {
            section.key: {
                "title": section.title,
                "fields": {item.name: item.label for row in section.rows for item in row},
            }
            for section in sections
        },
        "held": {
            section.key: [{item.name: item.value for item in row} for row in section.rows]
            for section in sections
        },
    }
    return json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2) + "\n"


def to_zip(person: DataSubject, sections: list[Section], at: datetime) -> bytes:
    """JSON and text, with the notices the person agreed to and their own vCard."""
    context = {"sections": sections, "at": at}
    files = {
        "my-data.json": to_json(sections, at),
        "my-data.txt": render_to_string("participants/privacy/my_data.txt", context),
        **_notice_files(person),
        **_card_file(person, at),
    }
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, text)
    return target.getvalue()


def _notice_files(person: DataSubject) -> dict[str, str]:
    if person.delegate is None:
        return {}
    acts = consent_history(person.delegate)
    notices = ConsentNotice.objects.filter(pk__in=acts.values("notice")).order_by("pk")
    return {
        f"notices/{notice.purpose}-{notice.version}.{notice.language}.txt": notice.text
        for notice in notices
    }


def _card_file(person: DataSubject, at: datetime) -> dict[str, str]:
    if person.delegate is None:
        return {}
    handle = person.delegate.handle
    viewer = visibility.get_viewer(person.user, at.date())
    profile = visibility.find_profile(viewer, handle, at.date(), revealed=True)
    if profile is None:
        return {}
    url = settings.PORTAL_URL + reverse("delegate-detail", args=[handle])
    return {"my-card.vcf": vcard.build_vcard(profile, url)}
