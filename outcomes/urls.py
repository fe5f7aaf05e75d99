"""Addresses of what was agreed and what came of it."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
