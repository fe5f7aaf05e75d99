#!/usr/bin/env python
"""Runs Roundtable's commands."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roundtable.settings")
    execute_from_command_line(sys.argv)
