"""The HTML of an email, made from its text, so that both always say the same."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

FOOTER = "\n----\n"  # as _layout.txt has it


def html_of(subject: str, text: str) -> str:
    content, line, footer = text.rpartition(FOOTER)
    if not line:
        content, footer = text, ""
    context = {
        "subject": subject,
        "content": _paragraphs(content),
        "footer": _paragraphs(footer),
    }
    return render_to_string("roundtable/mail/email.html", context)


def _paragraphs(text: str) -> list[SafeString]:
    return [_paragraph(lines.strip().split("\n")) for lines in text.split("\n\n") if lines.strip()]


def _paragraph(lines: list[str]) -> SafeString:
    """An address of this portal is a link, with the line before it as its words.

    Addresses elsewhere stay text: a person may have typed them.
    """
    shown: list[SafeString] = []
    for line in lines:
        if line.startswith(f"{settings.PORTAL_URL}/") and " " not in line:
            words = shown.pop() if shown else line
            shown.append(format_html('<a href="{}">{}</a>', line, words))
        else:
            shown.append(format_html("{}", line))
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in shown))
