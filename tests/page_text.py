"""A page as people read it."""

import re
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any

from django.test import Client
from pypdf import PdfReader

FILES = "Excel · CSV · JSON"


def acts(
    path: str, shared: str, citation: str = "", files: str = FILES, *, on: date | None = None
) -> str:
    """What a visitor reads in the row of acts of a page, which is cited as on a day."""
    address = f"https://portal.example.org{path}"
    if on:
        citation = f"Roundtable, {on.day} {on:%B %Y}: {shared} {address}"
    else:
        citation += f" {address} BibTeX"
    return (
        f"Copy citation {citation} Download {files} What the files contain "
        f"Share {shared} {address} Send by email "
        "Follow Get changes in your feed reader. Get due dates and milestones in your calendar. "
        "Feed Calendar What a feed is To get changes by email, sign in . "
    )


def page_text(answer: Any) -> str:
    """The words of the page's own part, with single spaces between them."""
    page = answer.content.decode()
    main = page.split('<main id="main"', 1)[1].split(">", 1)[1].split("</main>")[0]
    main = re.sub(r"</(p|li|h1|h2|h3|div|dt|dd|summary|option|span|text|a)>|<br>", " ", main)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", main)).split())


BLOCK = "address|article|aside|blockquote|body|br|button|caption|dd|details|div|dl|dt|fieldset"
BLOCK += "|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|legend|li|link|main|meta|nav"
BLOCK += "|ol|optgroup|option|p|section|select|summary|table|tbody|td|th|thead|title|tr|ul"


def page_html(answer: Any) -> str:
    """The page's markup without the white space that no browser shows."""
    page = re.sub(r"\s+", " ", answer.content.decode())
    page = re.sub(r"\s+(/?>)", r"\1", page)
    return re.sub(rf"\s*(</?(?:{BLOCK})(?: [^>]*)?>)\s*", r"\1", page)


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
    return [unescape(link) for link in re.findall(r'<a\s[^>]*?href="([^"]*)"', main)]
