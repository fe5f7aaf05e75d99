"""What an address can contain; registers itself."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class BoundedIntConverter(IntConverter):
    """A number that every database can store; with more digits, there is no such page."""

    regex = "[0-9]{1,18}"


register_converter(BoundedIntConverter, "bounded_int")
