"""Adds the account to each form: see roundtable/web/kept_forms.py. Part of every template."""

from django import template
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roundtable.web.kept_forms import ACCOUNT_FIELD, account_mark

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    token = SafeString(CsrfTokenNode().render(context))
    request = getattr(context, "request", None)
    mark = account_mark(request) if request else ""
    if not mark:
        return token
    return token + format_html('<input type="hidden" name="{}" value="{}">', ACCOUNT_FIELD, mark)
