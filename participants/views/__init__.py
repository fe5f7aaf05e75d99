"""The pages about people and organisations."""

from participants.views.directory import (
    delegate_detail,
    delegate_list,
    delegate_reveal,
    delegate_vcard,
)
from participants.views.hiding import hide_by_link, hide_me, show_me
from participants.views.organisations import organisation_list
from participants.views.profile import me, me_preview

__all__ = [
    "delegate_detail",
    "delegate_list",
    "delegate_reveal",
    "delegate_vcard",
    "hide_by_link",
    "hide_me",
    "me",
    "me_preview",
    "organisation_list",
    "show_me",
]
