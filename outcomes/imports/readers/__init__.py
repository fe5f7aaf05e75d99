"""Readers of table files. They use no models or settings, so they can run in a limited process."""
