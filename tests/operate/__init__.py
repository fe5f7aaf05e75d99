"""Tries deploy/ on empty machines; see __main__.py."""
