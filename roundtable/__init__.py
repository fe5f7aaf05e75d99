"""The meeting itself, and the composition of the site."""
