"""Roundtables and their series, and the settings and URLs of the site."""
