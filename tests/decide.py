"""Deciding at the desk, as people do: by the page of one item, or by several read together."""

import re
from typing import Any

from django.test import Client

from tests.form_fields import press
from tests.page_text import page_html, page_text

QUEUE = "/admin/decide/"


def page_of(item: Any) -> str:
    return f"{QUEUE}{item._meta.model_name}/{item.pk}/"


def waiting(browser: Client) -> dict[str, int]:
    """What waits for a person, by kind, as the queue counts it."""
    chips = re.findall(r"> *([^<>]+) <b>(\d+)</b></a>", page_html(browser.get(QUEUE)))
    return {label: int(number) for label, number in chips if label != "All"}


def value_of(*items: Any) -> str:
    return f"{items[0]._meta.model_name}:{','.join(str(item.pk) for item in items)}"


def offers(browser: Client, item: Any, button: str = "agree") -> bool:
    return f'name="act" value="{button}"' in browser.get(page_of(item)).content.decode()


def agree(browser: Client, item: Any) -> str:
    """The words of the page that follows."""
    return page_text(press(browser, page_of(item), page_of(item), "Agree"))


def read_together(browser: Client, *items: Any) -> Any:
    return press(browser, QUEUE, f"{QUEUE}together/", d=[value_of(item) for item in items])


def agree_together(browser: Client, page: Any, *items: Any) -> str:
    """Ticks these on the page that shows them together."""
    ticked = [value_of(item) for item in items]
    return page_text(press(browser, page, f"{QUEUE}agree/", d=ticked))
