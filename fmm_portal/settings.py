"""All settings, read from the environment. Development needs none; production must name its own.

Every variable is described in docs/operations.md; a test keeps that list complete.
"""

from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from fmm_portal.environment import database, flag, folder, require, secret, whole_number, words

# Django's generic classes take type arguments in annotations only; this lets them do so in code.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What kind of process this is -----------------------------------------------------------------------
# "development" needs nothing; "production" refuses to start on development defaults.
ENVIRONMENT = secret("FMM_ENVIRONMENT", "development")
if ENVIRONMENT not in {"development", "production"}:
    raise ImproperlyConfigured("FMM_ENVIRONMENT must be 'development' or 'production'.")
IN_PRODUCTION = ENVIRONMENT == "production"
if IN_PRODUCTION:
    require("SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DATABASE_URL", "BROKER_URL")
DEBUG = flag("DEBUG", default=False)

DEVELOPMENT_SECRET_KEY = "development-only-key-of-the-fmm-portal-not-a-secret"  # noqa: S105
SECRET_KEY = secret("SECRET_KEY", DEVELOPMENT_SECRET_KEY)
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS", [])
# How many reverse proxies stand in front; what they say of the caller's address and scheme is believed.
PROXY_COUNT = whole_number("PROXY_COUNT", 0)
# The address people and agencies use; links in PDFs and messages are built on it.
BASE_URL = secret("BASE_URL", "http://127.0.0.1:8000")

# Everything the portal writes: database, queue, uploaded and rendered files.
VAR_DIR = folder("VAR_DIR", BASE_DIR / "var")

# --- Applications ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # The portal's form templates extend Django's own, so both are found by one engine.
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "template_partials",
    "fmm_portal.core",
    "fmm_portal.accounts",
    "fmm_portal.calendars",
    "fmm_portal.institutions",
    "fmm_portal.casefiles",
    "fmm_portal.facility",
    "fmm_portal.reports",
    "fmm_portal.news",
    "fmm_portal.webhooks",
    "fmm_portal.opendata",
    "delegations",
    "strategies",
    "studyvisits",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages travel over slow lines; Django pads them so that the size tells nothing (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "fmm_portal.core.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "fmm_portal.core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "fmm_portal.accounts.middleware.ActorMiddleware",
    "fmm_portal.api.rates.RateLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fmm_portal.core.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "fmm_portal.urls"
WSGI_APPLICATION = "fmm_portal.wsgi.application"

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
                "django.template.context_processors.i18n",
                "fmm_portal.core.context_processors.portal",
            ],
            "builtins": ["django.templatetags.i18n", "fmm_portal.core.templatetags.portal"],
        },
    }
]
FORM_RENDERER = "fmm_portal.core.forms.PortalFormRenderer"

# --- Database -------------------------------------------------------------------------------------------
DATABASES = {"default": database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# How long a process may keep what a person's first screen and filters show; a change ends it at once (core.kept).
KEPT_SECONDS = whole_number("KEPT_SECONDS", 30)
# How long a process may keep the tag of an answer of the API; a change ends it at once (api.unchanged).
KEPT_TAGS_SECONDS = whole_number("KEPT_TAGS_SECONDS", 300)
# How far back a client that keeps a copy is sent again, for clocks that differ and writes that are slow to end.
SYNC_OVERLAP_SECONDS = whole_number("SYNC_OVERLAP_SECONDS", 60)

# --- Queue: the job row in the database is the truth, the broker only wakes a worker --------------------
BROKER_URL = secret("BROKER_URL", "filesystem://localhost")
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 50
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000  # kB: one very long report must not keep a fat process for ever
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
JOB_LEASE_SECONDS = whole_number("JOB_LEASE_SECONDS", 30)
JOB_SWEEP_SECONDS = whole_number("JOB_SWEEP_SECONDS", 5)
JOB_MAX_ATTEMPTS = 3
CONSULTATION_SWEEP_SECONDS = whole_number("CONSULTATION_SWEEP_SECONDS", 60)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "recover-lost-reports": {"task": "reports.sweep", "schedule": float(JOB_SWEEP_SECONDS)},
    "remove-expired-reports": {"task": "reports.remove_expired", "schedule": 24 * 3600.0},
    "recover-lost-exports": {"task": "core.sweep_exports", "schedule": float(JOB_SWEEP_SECONDS)},
    "remove-expired-exports": {"task": "core.remove_expired_exports", "schedule": 24 * 3600.0},
    "remove-expired-idempotency-keys": {"task": "core.remove_expired_keys", "schedule": 3600.0},
    "recover-lost-imports": {"task": "core.sweep_imports", "schedule": float(JOB_SWEEP_SECONDS)},
    "remove-expired-uploads": {"task": "core.remove_expired_uploads", "schedule": 24 * 3600.0},
    "close-due-consultations": {
        "task": "facility.close_consultations",
        "schedule": float(CONSULTATION_SWEEP_SECONDS),
    },
    "send-waiting-webhooks": {"task": "webhooks.sweep", "schedule": float(JOB_SWEEP_SECONDS)},
    "remove-old-webhook-messages": {"task": "webhooks.remove_old", "schedule": 24 * 3600.0},
    "write-open-data": {"task": "opendata.write_nightly", "schedule": 24 * 3600.0},
    "recover-lost-open-data": {"task": "opendata.sweep", "schedule": float(JOB_SWEEP_SECONDS)},
    "remove-expired-plan-imports": {"task": "strategies.remove_expired_imports", "schedule": 24 * 3600.0},
}
if BROKER_URL.startswith("filesystem"):
    QUEUE_DIR = folder("QUEUE_DIR", VAR_DIR / "queue" / "messages")
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(QUEUE_DIR),
        "data_folder_out": str(QUEUE_DIR),
        "control_folder": str(QUEUE_DIR.parent / "control"),
        "polling_interval": 0.2,
    }
else:
    # The visibility timeout must exceed the longest render, or a task runs twice; the two restore options
    # bring a killed worker's task back soon after that instead of at the next full scan.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
    }

# --- Caches: one in each process; and counters that all processes share, in Redis where the queue is ------
RATES_IN_REDIS = BROKER_URL.startswith(("redis://", "rediss://"))
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Entity tags of answers, see api.unchanged.
    "tags": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "tags",
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    },
    "rates": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache"
        if RATES_IN_REDIS
        else "fmm_portal.core.counter_files.CounterFiles",
        "LOCATION": BROKER_URL if RATES_IN_REDIS else str(VAR_DIR / "rates"),
        "KEY_PREFIX": "rates",
    },
}

# --- Accounts -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "fmm_portal.accounts.lockout.account_asked_for"
AXES_CLIENT_IP_CALLABLE = "fmm_portal.accounts.lockout.client_address"
AXES_LOCKOUT_CALLABLE = "fmm_portal.accounts.lockout.locked_out"
AXES_ENABLE_ADMIN = False

# --- Languages and time ---------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("pt", _("Portuguese"))]
# Content (names, titles, texts of reports) may also be held in Arabic.
CONTENT_LANGUAGES = [*LANGUAGES, ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = folder("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
# Uploaded and rendered files are never under a public address: views serve them after asking the policy.
MEDIA_ROOT = folder("MEDIA_ROOT", VAR_DIR / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Production serves compressed files under hashed names (collectstatic); development serves the sources.
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if flag("STATIC_MANIFEST", default=IN_PRODUCTION)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not IN_PRODUCTION
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
DOCUMENT_MAX_BYTES = whole_number("DOCUMENT_MAX_BYTES", 10 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
REPORT_KEEP_DAYS = whole_number("REPORT_KEEP_DAYS", 365)
# What others may do with the open data, as the page under /open/ says it.
OPEN_DATA_LICENCE = secret("OPEN_DATA_LICENCE", "Creative Commons Attribution 4.0 (CC BY 4.0)")

# --- Webhooks: only https and only the public internet, unless said otherwise ----------------------------
WEBHOOK_KEEP_DAYS = whole_number("WEBHOOK_KEEP_DAYS", 30)
WEBHOOK_TIMEOUT_SECONDS = whole_number("WEBHOOK_TIMEOUT_SECONDS", 10)
WEBHOOK_PRIVATE_HOSTS = words("WEBHOOK_PRIVATE_HOSTS", [])
WEBHOOK_PLAIN_HTTP = flag("WEBHOOK_PLAIN_HTTP", default=False)

# --- API ------------------------------------------------------------------------------------------------
# The longest that a key works before its secret is renewed.
API_KEY_MAX_DAYS = whole_number("API_KEY_MAX_DAYS", 366)
# Requests a minute: of a key (unless it has a limit of its own), of a person signed in, of an address without either.
API_RATE_KEY = whole_number("API_RATE_KEY", 600)
API_RATE_PERSON = whole_number("API_RATE_PERSON", 600)
API_RATE_VISITOR = whole_number("API_RATE_VISITOR", 60)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "fmm_portal.api.authentication.ApiKeyAuthentication",
        "fmm_portal.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["fmm_portal.api.permissions.PolicyPermission"],
    "DEFAULT_PAGINATION_CLASS": "fmm_portal.api.pagination.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["fmm_portal.api.parsers.JSONParser", "fmm_portal.api.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "fmm_portal.api.schema.PortalAutoSchema",
    "EXCEPTION_HANDLER": "fmm_portal.api.errors.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
}
# How long a write sent again under the same Idempotency-Key gets its first answer, and how long a key stays with a
# request whose process died.
IDEMPOTENCY_KEEP_HOURS = whole_number("IDEMPOTENCY_KEEP_HOURS", 24)
IDEMPOTENCY_LEASE_SECONDS = whole_number("IDEMPOTENCY_LEASE_SECONDS", 60)
SPECTACULAR_SETTINGS = {
    "TITLE": "FMM portal API",
    "DESCRIPTION": "Study visits, delegations, institutions and commitments of labour-migration programmes.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "fmm_portal.api.schema_sharing.without_bounds_of_the_database",
        "fmm_portal.api.schema_sharing.share_what_repeats",
    ],
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "filter": True},
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": True,
    # Fields called alike with different words need names of their own.
    "ENUM_NAME_OVERRIDES": {
        "ActionStatus": "fmm_portal.facility.enums.ActionStatus",
        "ActivityKind": "fmm_portal.facility.enums.ActivityKind",
        "ActivityStatus": "fmm_portal.facility.enums.ActivityStatus",
        "AmendmentStatus": "strategies.enums.AmendmentStatus",
        "AttendanceStatus": "studyvisits.enums.AttendanceStatus",
        "CommitmentStatus": "studyvisits.enums.CommitmentStatus",
        "CommitteeKind": "strategies.enums.CommitteeKind",
        "ConsulteeStatus": "fmm_portal.facility.enums.ConsulteeStatus",
        "ContentLanguage": "fmm_portal.settings.CONTENT_LANGUAGES",
        "DeliveryStatus": "fmm_portal.webhooks.enums.DeliveryStatus",
        "DebriefStatus": "studyvisits.enums.DebriefStatus",
        "DelegateStatus": "delegations.enums.DelegateStatus",
        "HostStatus": "studyvisits.enums.HostStatus",
        "InstitutionKind": "fmm_portal.institutions.enums.InstitutionKind",
        "InterfaceLanguage": "fmm_portal.settings.LANGUAGES",
        "KeyRole": "fmm_portal.accounts.enums.KeyRole",
        "KeyState": "fmm_portal.accounts.enums.KeyState",
        "JobStatus": "fmm_portal.core.jobs.JobStatus",
        "Level": "fmm_portal.facility.enums.Level",
        "MeetingStatus": "strategies.enums.MeetingStatus",
        "MilestoneKind": "strategies.enums.MilestoneKind",
        "MilestoneStatus": "strategies.enums.MilestoneStatus",
        "NewsStatus": "fmm_portal.news.enums.NewsStatus",
        "OutcomeKind": "studyvisits.enums.OutcomeKind",
        "PlanActivityStatus": "strategies.enums.PlanActivityStatus",
        "QuestionStatus": "studyvisits.enums.QuestionStatus",
        "RequestStatus": "fmm_portal.facility.enums.RequestStatus",
        "ReviewStatus": "strategies.enums.ReviewStatus",
        "SessionKind": "studyvisits.enums.SessionKind",
        "SubscriptionStatus": "fmm_portal.webhooks.enums.SubscriptionStatus",
        "StrategyKind": "strategies.enums.StrategyKind",
        "VisitStatus": "studyvisits.enums.VisitStatus",
    },
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# --- Browser security -----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "fmm_portal.core.error_pages.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Off only where the portal is served over plain http on purpose, such as a demo on one machine.
HTTPS_ONLY = flag("HTTPS_ONLY", default=IN_PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS_ONLY
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Log: one line an event (fmm_portal/logs.py); never a personal field --------------------------------
LOGGING_CONFIG = "fmm_portal.logs.configure"
LOGGING = {"level": secret("LOG_LEVEL", "INFO"), "as_json": IN_PRODUCTION}

# --- What production must not be ------------------------------------------------------------------------
if IN_PRODUCTION:
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY must be at least 50 characters in production.")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG must be off in production.")
    if BROKER_URL.startswith(("filesystem", "memory")):
        raise ImproperlyConfigured("BROKER_URL must be a Redis address in production.")
