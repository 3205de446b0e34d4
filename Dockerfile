# One image for migrate, worker and api. Which versions go in is said in .env; `docker compose build` hands them over.
ARG PYTHON_VERSION

FROM python:${PYTHON_VERSION} AS build
WORKDIR /build
RUN ["python", "-m", "venv", "/opt/jiaoqi"]
COPY requirements.lock ./
# Wheels only: nothing is compiled, here or later, and nothing unpinned runs while it is installed.
RUN ["/opt/jiaoqi/bin/python", "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes", "-r", "requirements.lock"]
COPY pyproject.toml ./
COPY activities/ activities/
COPY api/ api/
COPY jiaoqi/ jiaoqi/
COPY workers/ workers/
COPY workflows/ workflows/
# With the locked setuptools: an isolated build would fetch one unpinned.
RUN ["/opt/jiaoqi/bin/python", "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--no-index", "."]
# What only installs is not needed where nothing is installed any more.
RUN ["/opt/jiaoqi/bin/python", "-m", "pip", "uninstall", "--yes", "--disable-pip-version-check", "setuptools", "pip"]

FROM python:${PYTHON_VERSION}
ARG JIAOQI_VERSION
LABEL org.opencontainers.image.title="jiaoqi" \
      org.opencontainers.image.description="Keeps a manufacturer's delivery promises: one durable workflow per customer order." \
      org.opencontainers.image.version="${JIAOQI_VERSION}"
# What PDFs are made with: Pango, and fonts that have every character of a customer's name.
RUN ["apt-get", "update", "--quiet"]
RUN ["apt-get", "install", "--quiet", "--yes", "--no-install-recommends", "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk", "fonts-noto-color-emoji"]
RUN ["rm", "-rf", "/var/lib/apt/lists"]
RUN ["groupadd", "--gid", "10001", "jiaoqi"]
RUN ["useradd", "--uid", "10001", "--gid", "10001", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", "jiaoqi"]
# Where a volume with the documents goes: a new one takes its owner from here.
RUN ["install", "--directory", "--owner=10001", "--group=10001", "--mode=0700", "/var/lib/jiaoqi", "/var/lib/jiaoqi/documents"]
COPY --from=build /opt/jiaoqi /opt/jiaoqi
# All that is ever written lies under /tmp, but for the documents, so that the rest may be read-only.
ENV PATH=/opt/jiaoqi/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    JIAOQI_HOME=/tmp/jiaoqi \
    JIAOQI_PULSE_FILE=/tmp/worker.pulse \
    JIAOQI_DOCUMENTS=/var/lib/jiaoqi/documents \
    XDG_CACHE_HOME=/tmp/cache \
    JIAOQI_API_HOST=0.0.0.0 \
    JIAOQI_API_PORT=8000
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
# No HEALTHCHECK: what is well differs by part. docker-compose.yml has `worker --check` and `api --check`.
ENTRYPOINT ["jiaoqi"]
CMD ["--help"]
