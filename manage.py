#!/usr/bin/env python
"""Django's command line."""

import atexit
import gc
import os
import sys
from contextlib import suppress

from edumetrics.config.loading import loading

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edumetrics.config.settings")
    # Nor is what a command itself imports looked through at the end.
    atexit.register(gc.freeze)
    with loading():
        import django
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        # The command line says it in its own way.
        with suppress(ImproperlyConfigured):
            django.setup()
    execute_from_command_line(sys.argv)
