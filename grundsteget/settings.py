"""Every setting, read from the environment. Safe for development; no start in production without its secrets."""

import datetime as dt
from pathlib import Path

import environ
from bootstrap_wrapper import get_bootstrap_dir
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = environ.Env()
if env.str("ENVIRONMENT", "") != "test" and not env.bool("DEMO_MODE", False) and (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")  # Tests and demo are the same on every machine, so they read none.

# --- Where we are ---------------------------------------------------------------------------------

ENVIRONMENT = env.str("ENVIRONMENT", "development")
PRODUCTION = ENVIRONMENT == "production"
TESTING = ENVIRONMENT == "test"
if ENVIRONMENT not in {"development", "test", "production"}:
    raise ImproperlyConfigured(f"ENVIRONMENT: {ENVIRONMENT!r} is unknown — use development, test or production")
DEBUG = ENVIRONMENT == "development" and env.bool("DEBUG", False)

DEMO_MODE = env.bool("DEMO_MODE", False)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", "grundsteget-demo")
DEMO_TODAY = dt.date.fromisoformat(env.str("DEMO_TODAY", "2017-03-15")) if DEMO_MODE else None
if DEMO_MODE and PRODUCTION:
    raise ImproperlyConfigured("DEMO_MODE: the demo cannot run in production — unset DEMO_MODE or ENVIRONMENT")


def secret(name: str, development_value: str) -> str:
    """A secret from the environment. Production gets no default and refuses the example file's value."""
    value = env.str(name, "" if PRODUCTION else development_value)
    if PRODUCTION and (len(value) < 32 or "change-me" in value):
        raise ImproperlyConfigured(f"{name}: missing, shorter than 32 characters or an example — set a real secret")
    return value


SECRET_KEY = secret("SECRET_KEY", "development-only-secret-key-that-guards-nothing")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Identity numbers: Fernet keys (newest first; the rest can still read) and the key of the search hash.
IDENTITY_KEYS = secret("IDENTITY_KEYS", "ZGV2ZWxvcG1lbnQtb25seS1pZGVudGl0eS1rZXktMzI=").split(",")
IDENTITY_HASH_KEY = secret("IDENTITY_HASH_KEY", "development-only-identity-hash-key")
# Chains the read log, so that a row changed behind the application's back shows. (`verify_log`)
LOG_KEY = secret("LOG_KEY", "development-only-key-of-the-read-log")

BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"]
)
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS: missing or '*' — name the hosts that this installation answers for")
if PRODUCTION:
    for name in ("DATABASE_URL", "BASE_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL"):
        if "change-me" in env.str(name, "change-me"):
            raise ImproperlyConfigured(f"{name}: missing or an example — set the real one")

# --- What it is made of ---------------------------------------------------------------------------

INSTALLED_APPS = [
    "reporting",
    "participants",
    "enterprises",
    "partners",
    "grundsteget.apps.GrundstegetConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "template_partials",
]

MIDDLEWARE = [
    "grundsteget.middleware.RequestIdMiddleware",
    "grundsteget.middleware.SafetyHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "grundsteget.middleware.RefuseUnreadableInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "partners.hats.HatMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "partners.middleware.SessionAgeMiddleware",
    "partners.middleware.SecondFactorMiddleware",
    "partners.middleware.ForgetAtLogoutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "participants.middleware.AskForReasonMiddleware",
    "partners.middleware.NameTheActorMiddleware",
]

ROOT_URLCONF = "grundsteget.urls"
WSGI_APPLICATION = "grundsteget.wsgi.application"
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
                "partners.context.shell",
            ],
        },
    },
]

# --- Where rows live ------------------------------------------------------------------------------

VAR_DIR.mkdir(exist_ok=True)
DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{VAR_DIR / 'grundsteget.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Without IMMEDIATE, read-then-write transactions fail at once when two meet, whatever the time-out.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # Without recursive triggers, REPLACE removes rows behind the back of the triggers that guard and log.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        " PRAGMA recursive_triggers=ON;",
    }
else:
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 3,
        "options": "-c jit=off -c lock_timeout=3000",
        **DATABASES["default"].get("OPTIONS", {}),  # Such as ?sslmode=verify-full in the address.
    }
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 0 if TESTING else 300)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FILES_DIR = Path(env.str("FILES_DIR", str(VAR_DIR / "files")))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILES_DIR, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# What people upload: the largest file, and who looks for viruses in it. Without a scanner files are handed out
# unchecked and the pages say so; with one, nothing leaves before it is found clean.
UPLOAD_MAX_MB = env.int("UPLOAD_MAX_MB", 10)
FILE_SCANNER = env.str("FILE_SCANNER", "")  # Such as grundsteget.clamd.is_clean.
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "unix:/run/clamav/clamd.ctl")  # Or tcp:127.0.0.1:3310.
CLAMD_SECONDS = env.float("CLAMD_SECONDS", 10)
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where there is none.
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", get_bootstrap_dir())]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

# --- Tasks ----------------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_EAGER_PROPAGATES = False
CELERY_TASK_IGNORE_RESULT = True  # No result backend: nothing personal can rest in Redis.
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 20
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # A cancelled task is a lost task.
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_TASK_TIME_LIMIT = 660
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A broker that hangs must not hold a page: short time-outs, no retries; the sweeper covers what is missed.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "socket_connect_timeout": 1,
    "socket_timeout": env.float("BROKER_SOCKET_TIMEOUT", 5),
    "max_retries": 0,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep-reports": {"task": "reporting.tasks.sweep_reports", "schedule": 60},
    "sweep-imports": {"task": "reporting.tasks.sweep_imports", "schedule": 60},
    "expire-imports": {"task": "reporting.tasks.expire_imports", "schedule": 3600},
    "sweep-erasures": {"task": "reporting.tasks.sweep_erasures", "schedule": 300},
    "rebuild-facts": {"task": "reporting.tasks.rebuild_facts_daily", "schedule": 900},
    "expire-referrals": {"task": "participants.tasks.expire_referrals", "schedule": 900},
    "scan-unchecked": {"task": "participants.tasks.scan_unchecked", "schedule": 300},
    "remind-referrals": {"task": "participants.tasks.remind_referrals", "schedule": 900},
    "sweep-exports": {"task": "participants.tasks.sweep_exports", "schedule": 60},
    "expire-exports": {"task": "participants.tasks.expire_exports", "schedule": 900},
    "tell-leads": {"task": "participants.tasks.tell_leads", "schedule": 900},
    "mail-digests": {"task": "participants.tasks.mail_digests", "schedule": 600},
    "mail-password-links": {"task": "partners.tasks.mail_password_links", "schedule": 300},
    "pause-unconfirmed": {"task": "partners.tasks.pause_unconfirmed", "schedule": 3600},
    "sample-access-log": {"task": "partners.tasks.sample_access_log_monthly", "schedule": 24 * 3600},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# --- People and their sessions --------------------------------------------------------------------

AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "partners.passwords.ContextWordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # Accounts are made by the project office, never by sign-up.
# An invitation waits for somebody who did not ask for it; a reset is answered at once.
INVITATION_SECONDS, RESET_SECONDS = 24 * 3600, 3600
PASSWORD_RESET_TIMEOUT = INVITATION_SECONDS  # The longer of the two; `partners.links` holds resets to theirs.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "partners.links.PasswordLinks"  # noqa: S105 – the name of a class
ACCOUNT_ADAPTER = "partners.accounts.InvitedOnlyAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# Before what reaches far, so recently must she have proved who she is. (`partners.step_up`)
STEP_UP_SECONDS = ACCOUNT_REAUTHENTICATION_TIMEOUT = env.int("STEP_UP_SECONDS", 600)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
# Local-memory counters would forget on restart and count per process: they live in the database.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if TESTING
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "grundsteget_cache"}
}
# `login_failed` counts an account's failures from one client, `login_account` those from anywhere: who guesses from his
# own machine locks out himself, and a passkey opens the account whatever others have guessed.
LOGIN_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key,15/h/key",
    "login_account": "50/h/key",
    "reset_password": "20/m/ip,5/h/key",
}
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = False if TESTING else LOGIN_LIMITS
if TESTING:
    MFA_RATE_LIMITS = False
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.bool("TRUSTED_PROXY", False))
# Whoever sees people needs a second factor. Off outside production, where the log-ins are known to everybody.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", PRODUCTION)
MFA_ADAPTER = "partners.accounts.SecretKeepingAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "partners.passkeys.AddForm",
    "login_webauthn": "partners.passkeys.LoginForm",
    "authenticate_webauthn": "partners.passkeys.AuthenticateForm",
    "reauthenticate_webauthn": "partners.passkeys.ReauthenticateForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # Browsers allow passkeys without https on localhost alone.
MFA_ALLOW_UNVERIFIED_EMAIL = True  # Addresses are given by the project office, never chosen by the user.
MFA_TOTP_ISSUER = "Grundsteget"
USERSESSIONS_TRACK_ACTIVITY = False
# One more way in, through a municipality's or an e-ID broker's OpenID Connect. It opens existing accounts only.
OIDC_NAME, OIDC_SERVER_URL = env.str("OIDC_NAME", ""), env.str("OIDC_SERVER_URL", "")
if PRODUCTION and OIDC_SERVER_URL and not OIDC_SERVER_URL.startswith("https://"):
    raise ImproperlyConfigured("OIDC_SERVER_URL: not https — what it says about people must come unchanged")
SOCIALACCOUNT_ADAPTER = "partners.accounts.KnownPeopleAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # `form-action 'self'` would stop a form that ends at the provider's.
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, list[dict[str, object]]]] = {"openid_connect": {"APPS": []}}
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "oidc",
            "name": OIDC_NAME or "OpenID Connect",
            "client_id": env.str("OIDC_CLIENT_ID"),
            "secret": env.str("OIDC_CLIENT_SECRET"),
            "settings": {"server_url": OIDC_SERVER_URL, "oauth_pkce_enabled": True},
        }
    ]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "participants:today"
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_SECONDS", 30 * 60)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", 12 * 3600)
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "grundsteget.errors.csrf_failure"

# --- Browser and transport ------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
if env.bool("TRUSTED_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- Language, time, look -------------------------------------------------------------------------

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "grundsteget" / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Europe/Stockholm"
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = ["grundsteget.formats"]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "grundsteget/_table.html"
SILENCED_SYSTEM_CHECKS = ["models.W040"]  # SQLite leaves the covering columns out of an index; PostgreSQL uses them.

# --- Mail and logs --------------------------------------------------------------------------------

EMAIL_URL = env.str("EMAIL_URL", "")
MAIL_IS_SET_UP = bool(EMAIL_URL)  # Without it, links for choosing a password are shown, to be passed on.
vars().update(env.email_url_config(EMAIL_URL or "consolemail://"))
EMAIL_TIMEOUT = 5  # Seconds; a mail that could not be sent is sent by the next round.
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Grundsteget <no-reply@localhost>")
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "grundsteget.logs.RequestIdFilter"}},
    "formatters": {"json": {"()": "grundsteget.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}

# --- Rules of the house that a steering group may change -------------------------------------------

SMALL_NUMBER_THRESHOLD = env.int("SMALL_NUMBER_THRESHOLD", 5)  # Partners never see a count of 1 … threshold − 1.
SILENCE_DAYS = 60  # No activity for so long asks for a confirmation. (esf-rules.md P-8)
MEMBERS_CONFIRMED_DAYS = env.int("MEMBERS_CONFIRMED_DAYS", 90)  # An organisation confirms its people so often.
MEMBERS_WARNING_DAYS = env.int("MEMBERS_WARNING_DAYS", 14)  # So long before it is reminded.
EXPORT_DAYS = env.int("EXPORT_DAYS", 7)  # Then a file with participants is deleted.
IMPORT_DAYS = env.int("IMPORT_DAYS", 7)  # Then the file of an import that was not saved is deleted.
IMPORT_UNDO_DAYS = env.int("IMPORT_UNDO_DAYS", 30)  # So long can a saved import be undone.
IMPORT_ROWS = env.int("IMPORT_ROWS", 50_000)  # Rows in one uploaded file, at most.
EXPORT_ROWS = env.int("EXPORT_ROWS", 10_000)  # Participants in one file, at most.
REFERRAL_ANSWER_DAYS = env.int("REFERRAL_ANSWER_DAYS", 14)  # Then an unanswered referral expires.
HOURS_ROUNDED_DOWN = env.bool(
    "HOURS_ROUNDED_DOWN", False
)  # A month's certified hours as whole hours. (esf-rules.md T6)
