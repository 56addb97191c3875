"""Settings, from the environment or a .env file beside manage.py; .env.example documents each."""

import os
from pathlib import Path

import environ
from django.core.management.utils import get_random_secret_key

from edumetrics.config.logs import logging_settings
from edumetrics.databases.urls import analysis_settings, college_settings, owner_settings

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
    "edumetrics.audit",
    "edumetrics.interventions",
    "edumetrics.runs",
    "demo",
]

DEFAULT_DB_URL = env.str("DEFAULT_DB_URL", default=f"sqlite:///{DATA_DIR}/analysis.sqlite3")
CLIENT_DB_URL = env.str("CLIENT_DB_URL", default=f"sqlite:///{DATA_DIR}/college.sqlite3")
MIGRATE_DB_URL = env.str("MIGRATE_DB_URL", default="")
DATABASES = {
    "default": analysis_settings(DEFAULT_DB_URL),
    "client_db": college_settings(CLIENT_DB_URL, env.int("CLIENT_DB_TIMEOUT", default=600)),
}
if MIGRATE_DB_URL:
    DATABASES["owner"] = owner_settings(MIGRATE_DB_URL)
DATABASE_ROUTERS = ["edumetrics.college_db.router.CollegeRouter"]

MAPPING_FILE = env.str("MAPPING_FILE", default="")
POLICY_FILE = env.str("POLICY_FILE", default="")

# What a run may use (docs/how-to/scale.md); the options of a command come before these.
WORKERS = env.int("WORKERS", default=0) or None
SHARD_STUDENTS = env.int("SHARD_STUDENTS", default=0) or None
CLUSTER = env.str("CLUSTER", default="")

# How long a run goes on trying where a database is gone, in seconds.
RETRY_SECONDS = env.float("RETRY_SECONDS", default=60.0)

LOGGING = logging_settings(os.environ)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
