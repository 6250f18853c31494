"""Settings, every one from the environment; README.md lists them with their defaults.

``manage.py up`` and the tests start embedded servers and write their addresses to ``DATA_DIR/runtime.env``; it is read
here as plain defaults, so a variable that the user sets himself always wins.
"""

import os
import sys
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
RUNTIME_FILE = DATA_DIR / "runtime.env"


def _runtime_addresses() -> dict[str, str]:
    """Addresses of the embedded servers while they run; empty otherwise."""
    if not RUNTIME_FILE.exists():
        return {}
    return dict(line.split("=", 1) for line in RUNTIME_FILE.read_text().splitlines() if "=" in line)


runtime = _runtime_addresses()
TESTING = "RAPPORT_TEST_SERVERS" in os.environ

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)


def _secret_key() -> str:
    """SECRET_KEY from the environment; else, on this machine only, one kept in DATA_DIR with mode 0600."""
    if key := env.str("SECRET_KEY", default=""):
        if len(key) < 50:
            raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters.")
        return key
    if HTTPS:
        raise ImproperlyConfigured("SECRET_KEY must be set when HTTPS=1.")
    key_file = DATA_DIR / "secret-key"
    if not key_file.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        part = key_file.with_suffix(f".{os.getpid()}")
        part.touch(mode=0o600)
        part.write_text(get_random_secret_key() + get_random_secret_key())
        try:
            os.link(part, key_file)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return key_file.read_text()


SECRET_KEY = _secret_key()

INSTALLED_APPS = [
    "crm.core",
    "customers",
    "segments",
    "interactions",
    "complaints",
    "crm.home",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "phonenumber_field",
    "template_partials",
]

MIDDLEWARE = [
    "crm.home.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.core.upload_limit.UploadLimitMiddleware",
    "crm.core.login.PageLoginRequiredMiddleware",
    "crm.core.partner_gate.PartnerGateMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "crm.core.session_tracking.SessionTrackingMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.core.toasts.FragmentToastMiddleware",
    "crm.core.local_time.LocalTimeMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "crm.core.permission_reading.PermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "crm.home.shell.shell",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

# --- Postgres, broker, cache -----------------------------------------------------------------------------------------
DATABASES = {
    "default": env.db_url_config(
        env.str("DATABASE_URL", default=runtime.get("DATABASE_URL", "postgres://postgres@localhost/rapport"))
    )
}
# Every statement was measured with these. They go with our connections, because a server that is not ours has others:
# compiling a statement takes longer than running it here, and a disk without moving heads finds any page as fast.
STATEMENT_SETTINGS = {"jit": "off", "random_page_cost": "1.1", "work_mem": "16MB"}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
    "options", " ".join(f"-c {name}={value}" for name, value in STATEMENT_SETTINGS.items())
)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if env.bool("DB_POOL", default=False):
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 2,
        "max_size": env.int("DB_POOL_MAX", default=8),
        "timeout": 10,
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 0
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)

if TESTING and (template := env.str("RAPPORT_TEST_TEMPLATE", default="")):
    DATABASES["default"]["TEST"] = {"TEMPLATE": template}

REDIS_URL = env.str("REDIS_URL", default=runtime.get("REDIS_URL", "redis://localhost:6379/0"))


def _cache_location(broker: str) -> str:
    """The broker's server, database 1, in the spelling that Django's cache understands."""
    if broker.startswith("redis+socket://"):
        return broker.replace("redis+socket://", "unix://").split("?")[0] + "?db=1"
    head, _, _ = broker.rpartition("/")
    return f"{head}/1" if head.count("/") >= 2 else f"{broker}/1"


CACHES = {
    "default": {
        "BACKEND": "crm.core.redis_cache.KeptClientRedisCache",
        "LOCATION": _cache_location(REDIS_URL),
        "KEY_PREFIX": env.str("CACHE_PREFIX", default="rapport"),
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 3500
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="rapport")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
}
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "ring for due jobs": {"task": "core.tick", "schedule": 60},
    "follow dead workers": {"task": "core.follow", "schedule": 15},
    "ask for what the clock brings": {"task": "crm.ask_for_due_work", "schedule": 60},
}

# --- time, language --------------------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
# Where nothing is translated, looking for a translation of every word costs a twentieth of a page's time.
USE_I18N = len(LANGUAGES) > 1 or any(path.exists() for path in LOCALE_PATHS)

# --- files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))
FILE_UPLOAD_PERMISSIONS = 0o640
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.bool("COMPRESS_STATIC", default=False)
        else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}
# Looked for when asked for: else every browser of a test begins with a look at all of them.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=200 * 1024 * 1024)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- login -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.Argon2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email", "company_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "crm.core.login.NoSignupAdapter"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # django-axes counts failures, and tells the user how long to wait
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Rapport"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are entered by an admin: nobody signs up with somebody else's
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = True
AXES_VERBOSE = False
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=8)
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
if email_url := env.str("EMAIL_URL", default=""):
    globals().update(env.email_url_config(email_url))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Rapport <rapport@localhost>")

# --- safety ----------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
if HTTPS:
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Inserts by COPY carry no trigger cost: only changes to what somebody wrote are kept (rows before the change).
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}
