"""Databases of each release, and the tests that later versions upgrade and serve them."""
