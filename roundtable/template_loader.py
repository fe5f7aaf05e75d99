"""Removes the indentation of templates, which was a third of each page."""

import re

from django.template import Origin
from django.template.loaders import filesystem

_INDENTATION = re.compile(r"(?<=\n)[ \t]+")


class Loader(filesystem.Loader):
    """Reads this project's templates. Templates of packages are unchanged."""

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        # Plain-text emails are indented on purpose.
        return _INDENTATION.sub("", contents) if origin.name.endswith(".html") else contents
