"""The pages about people and organisations."""

from participants.views.directory import (
    delegate_detail,
    delegate_list,
    delegate_reveal,
    delegate_vcard,
)
from participants.views.organisations import organisation_list
from participants.views.profile import me, me_preview

__all__ = [
    "delegate_detail",
    "delegate_list",
    "delegate_reveal",
    "delegate_vcard",
    "me",
    "me_preview",
    "organisation_list",
]
