"""The entry point of a web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edumetrics.config.settings")

application = get_wsgi_application()
