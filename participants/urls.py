"""Addresses of people, and of one's own profile."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
