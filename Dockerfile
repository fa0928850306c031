# One image for the web process, the worker and the clock; docker-compose.yml gives each its command.

# --- Packages: every one checked against its hash, but only those that production needs are kept ----
FROM python:3.12-slim AS packages
WORKDIR /build
COPY requirements.lock pyproject.toml ./
# The lock holds the development tools as well. What was downloaded and checked is therefore installed a second time by
# name, from those files alone: pip takes the production dependencies out of exactly the locked releases.
RUN pip download --quiet --require-hashes --only-binary :all: --requirement requirements.lock --dest wheels \
 && python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > production.txt \
 && python -m venv /venv \
 && /venv/bin/pip install --quiet --no-index --find-links wheels --requirement production.txt \
 && /venv/bin/pip uninstall --quiet --yes pip

# --- The application ------------------------------------------------------------------------------
FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production \
    FILES_DIR=/app/var/files
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin grundsteget
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# Static files get their far-future names here. Settings refuse to load without secrets, so this one command gets
# throw-away ones; none of them stays in the image.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    IDENTITY_KEYS="$(python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')" \
    IDENTITY_HASH_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    LOG_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    ALLOWED_HOSTS=build.invalid \
    python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf var && mkdir -p var/files && chown -R grundsteget var
# The code stays root's: a process that is taken over cannot rewrite it.
USER grundsteget
VOLUME /app/var
EXPOSE 8000
# Asked under a name that the installation answers for; any other would be refused.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["python", "-c", "\
import os, urllib.request; \
host = os.environ['ALLOWED_HOSTS'].split(',')[0].strip().lstrip('.'); \
urllib.request.urlopen(urllib.request.Request('http://127.0.0.1:8000/healthz', headers={'Host': host}), timeout=4)"]
# Workers: WEB_CONCURRENCY (one per core). The heartbeat file lives in memory, since a slow disk must not kill a worker.
CMD ["gunicorn", "grundsteget.wsgi", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm", \
     "--graceful-timeout", "25", "--no-control-socket"]
