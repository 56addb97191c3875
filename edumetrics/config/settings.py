"""Settings, from the environment or a .env file beside manage.py; .env.example documents each."""

import os
import warnings
from datetime import timedelta
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

# How many proxies stand in front, each of which adds to X-Forwarded-For and sets X-Forwarded-Proto; 0: neither is
# believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# Whether browsers reach EduMetrics by https: then cookies travel by it only. Plain http is for trying it out.
HTTPS = env.bool("HTTPS", default=False)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "edumetrics.config.static.StaticFiles",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "edumetrics.college_db",
    "edumetrics.analysis_db",
    "edumetrics.audit",
    "edumetrics.accounts",
    "edumetrics.interventions",
    "edumetrics.runs",
    "edumetrics.api",
    "demo",
]

MIDDLEWARE = [
    "edumetrics.api.requests.RequestLog",
    "edumetrics.api.requests.NoBodyForHead",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Below these, so that files carry their headers too.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "edumetrics.api.limits.BodyLimit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
]
ROOT_URLCONF = "edumetrics.config.urls"
WSGI_APPLICATION = "edumetrics.config.wsgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
APPEND_SLASH = False

# Accounts and sessions

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email", "advisor_id")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(days=3).total_seconds())

# Where browsers find the portal: what the links in mails begin with.
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/") or f"http://localhost:{env.str('PORT', default='') or 8000}"
# A demo: accounts with known passwords can sign in, in a database that is marked as that of a demo college.
EDUMETRICS_DEMO = env.bool("EDUMETRICS_DEMO", default=False)

# Without a mail server links are shown to who made them, and nothing is mailed.
MAILS = bool(env.str("EMAIL_URL", default=""))
if MAILS:
    vars().update(env.email("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="") or "edumetrics@localhost"

AXES_FAILURE_LIMIT = 5
# By name and address together: whoever guesses locks out themselves, and not the owner of the account.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = "edumetrics.accounts.signing_in.lock_out"
AXES_CLIENT_IP_CALLABLE = "edumetrics.accounts.signing_in.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
# Its middleware would answer 429 where others get 401; a locked account is not to be told apart.
SILENCED_SYSTEM_CHECKS = [
    "axes.W002",
    # No cookie signs anybody in but at /api/session/, which checks the CSRF token itself (api/authentication.py).
    "security.W003",
    # Being built into browsers is for the owner of the whole domain to decide.
    "security.W021",
]
# Its log names users; the audit log is where sign-ins are kept.
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=30),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=1),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    # A new password ends what was begun with the old one.
    "CHECK_REVOKE_TOKEN": True,
    "USER_AUTHENTICATION_RULE": "edumetrics.accounts.signing_in.may_sign_in",
    "UPDATE_LAST_LOGIN": True,
}

CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_SSL_REDIRECT = HTTPS
# Load balancers ask by plain http.
SECURE_REDIRECT_EXEMPT = [r"^api/health/"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Nothing from elsewhere, nothing inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"

# The API

MAX_BODY_BYTES = 1_000_000
# Memory of each worker for answers that are kept until something changes (api/kept.py); 0: none is.
KEPT_ANSWERS_MB = env.int("KEPT_ANSWERS_MB", default=64)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["edumetrics.api.rendering.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["edumetrics.api.parsing.JsonParser"],
    # OPTIONS would say what is in the document already.
    "DEFAULT_METADATA_CLASS": None,
    # By address, by user, and of signing in by address (api/throttles.py); empty: no limit.
    "DEFAULT_THROTTLE_RATES": {
        "address": env.str("THROTTLE_ADDRESS", default="3000/min") or None,
        "user": env.str("THROTTLE_USER", default="600/min") or None,
        "sign_in": env.str("THROTTLE_SIGN_IN", default="30/min") or None,
    },
    "DEFAULT_SCHEMA_CLASS": "edumetrics.api.schema.Schema",
    "EXCEPTION_HANDLER": "edumetrics.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "NUM_PROXIES": TRUSTED_PROXIES,
    # ?format= is a parameter of lists like any other (api/resources.py).
    "URL_FORMAT_OVERRIDE": None,
}

# Where requests are counted. Nothing set: each worker counts by itself, in its memory.
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
if CACHES["default"]["BACKEND"].endswith("LocMemCache"):
    # One entry for each user and address; the default would begin to forget after 300.
    CACHES["default"].setdefault("OPTIONS", {})["MAX_ENTRIES"] = 100_000

# host:port where Prometheus reads metrics, never the public one; empty: nowhere.
METRICS_ADDRESS = env.str("METRICS_ADDRESS", default="")

SPECTACULAR_SETTINGS = {
    "TITLE": "EduMetrics",
    "DESCRIPTION": "Who needs attention, in what order, and why. Everything is scoped by the signed-in user's role.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_PUBLIC": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": False,
    # Several answers have a kind or a level; these are their names.
    "ENUM_NAME_OVERRIDES": {
        "LevelEnum": "edumetrics.engine.flags.codes.LEVELS",
        "WeekKindEnum": "edumetrics.api.kinds_of_week.KINDS",
        "MovementEnum": "edumetrics.api.flag_items.MOVEMENTS",
        "RunStateEnum": "edumetrics.analysis_db.models.AnalysisRun.State",
        "WorkStateEnum": "edumetrics.api.student_work.WORK_STATES",
        "InterventionKindEnum": "edumetrics.interventions.models.InterventionLog.Kind",
    },
}

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
PORTAL_DIST = BASE_DIR / "portal" / "dist"
STATICFILES_DIRS = [("portal", PORTAL_DIST)] if PORTAL_DIST.is_dir() else []
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"}}
# Where `manage.py collectstatic` has not been used, files are served from where they are.
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()
# No page of another site may use our files either.
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Vite puts a hash of the content into the name.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/portal/assets/.+-[\w-]{8}\.\w+$"
if WHITENOISE_USE_FINDERS:
    warnings.filterwarnings("ignore", message="No directory at")

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
