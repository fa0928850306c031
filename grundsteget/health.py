"""Is the process alive, and can it do its work? Neither answer tells anything about the data."""

import shutil

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis import Redis, RedisError


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: touches nothing."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Readiness: 503 while database, broker or storage is down. Without a broker tasks run in place, which is fine."""
    state = {"database": _database(), "broker": _broker(), "storage": _storage()}
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker() -> bool:
    if not settings.REDIS_URL:
        return True
    try:
        return bool(Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1).ping())
    except RedisError:
        return False


def _storage() -> bool:
    settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(settings.FILES_DIR).free > 100 * 1024 * 1024
