"""Removes the indentation of templates, which was a third of each page."""

import re

from django.template import Origin
from django.template.loaders import filesystem

_INDENTATION = re.compile(r"(?<=\n)[ \t]+")
# Around what an included template shows, a line break would be a space.
_EDGES = re.compile(r"\A({% load [^%]+%})\n|\n\Z")


class Loader(filesystem.Loader):
    """Reads this project's templates. Templates of packages are unchanged."""

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        if not origin.name.endswith(".html"):  # in a plain-text email, white space is visible
            return contents
        return _EDGES.sub(r"\1", _INDENTATION.sub("", contents))
