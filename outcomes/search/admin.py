"""Admin of words with the same meaning."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from outcomes.models import Synonyms
from participants.admin_base.base import GrantScopedAdmin


@admin.register(Synonyms)
class SynonymsAdmin(GrantScopedAdmin):
    """Words with the same meaning, for the search in all roundtables."""

    event_path = None
    operator_only = ("add", "change", "delete")
    fieldsets = [
        (
            None,
            {
                "fields": ["words"],
                "description": _(
                    "The search uses these for all roundtables, so only an operator can change "
                    "them."
                ),
            },
        )
    ]
    list_display = ["words"]
    search_fields = ["words"]
