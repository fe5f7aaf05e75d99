"""A page as people read it."""

import re
from html import unescape
from io import BytesIO
from typing import Any

from django.test import Client
from pypdf import PdfReader

# What a visitor reads beside each thing that can be followed.
FOLLOW_SECTION = (
    "Stay in touch What moves here, for your feed reader; due dates and milestones, for your "
    "calendar. Feed Calendar To be told by e-mail, sign in ."
)


def page_text(answer: Any) -> str:
    """The words of the page's own part, with single spaces between them."""
    page = answer.content.decode()
    main = page.split('<main id="main"', 1)[1].split(">", 1)[1].split("</main>")[0]
    main = re.sub(r"</(p|li|h1|h2|h3|div|dt|dd|summary|option|span|text|a)>|<br>", " ", main)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", main)).split())


def get_text(browser: Client, path: str, **query: str) -> str:
    """The words of a page that answers."""
    answer = browser.get(path, query)
    assert answer.status_code == 200, path
    return page_text(answer)


def pdf_text(content: bytes) -> str:
    """The words of all its pages, with single spaces between them."""
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def page_links(answer: Any) -> list[str]:
    """Where the links in the page's own part lead, in order."""
    main = answer.content.decode().split('<main id="main"', 1)[1].split("</main>")[0]
    return [unescape(link) for link in re.findall(r'<a [^>]*?href="([^"]*)"', main)]
