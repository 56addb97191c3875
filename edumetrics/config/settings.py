"""Settings, from the environment or a .env file beside manage.py; .env.example documents each."""

import os
from pathlib import Path

import environ
from django.core.management.utils import get_random_secret_key

from edumetrics.databases.urls import django_settings

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """The key of the environment, else one made once for this machine and kept in the data folder."""
    if given := env.str("SECRET_KEY", default=""):
        return str(given)
    path = DATA_DIR / "secret_key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(get_random_secret_key())
    return path.read_text()


SECRET_KEY = _secret_key()
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])

INSTALLED_APPS = [
    "edumetrics.college_db",
    "edumetrics.analysis_db",
    "edumetrics.interventions",
    "edumetrics.runs",
    "demo",
]

DEFAULT_DB_URL = env.str("DEFAULT_DB_URL", default=f"sqlite:///{DATA_DIR}/analysis.sqlite3")
CLIENT_DB_URL = env.str("CLIENT_DB_URL", default=f"sqlite:///{DATA_DIR}/college.sqlite3")
DATABASES = {
    "default": django_settings(DEFAULT_DB_URL),
    "client_db": django_settings(CLIENT_DB_URL, read_only=True),
}
DATABASE_ROUTERS = ["edumetrics.college_db.router.CollegeRouter"]

MAPPING_FILE = env.str("MAPPING_FILE", default="")
POLICY_FILE = env.str("POLICY_FILE", default="")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
