# The image of the portal: web, worker, beat and migrations run from the same one (docker-compose.yml).
FROM python:3.11-slim AS packages
COPY requirements/uv.txt requirements/base.txt /requirements/
RUN python -m venv /opt/portal \
    && /opt/portal/bin/pip install --no-cache-dir --require-hashes -r /requirements/uv.txt \
    && /opt/portal/bin/uv pip install --no-cache --compile-bytecode --python /opt/portal/bin/python \
        --require-hashes -r /requirements/base.txt \
    && /opt/portal/bin/pip uninstall --yes uv

FROM python:3.11-slim
# Pango and HarfBuzz draw the PDFs; Noto holds French, Arabic and West African letters.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 0750 /data \
    && install -d -o portal -g portal /srv/static
COPY --from=packages /opt/portal /opt/portal
WORKDIR /app
COPY . .
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8 \
    XDG_CACHE_HOME=/tmp/cache \
    VAR_DIR=/data \
    STATIC_ROOT=/srv/static
# Both work on the code alone, so they run on development settings; the hashed names they make are production's.
RUN python manage.py compilemessages \
    && STATIC_MANIFEST=true python manage.py collectstatic --no-input --verbosity=0 \
    && rm -rf /data/* \
    && chown -R portal:portal /data
USER portal
ENV FMM_ENVIRONMENT=production
VOLUME ["/data"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "scripts/probe.py", "/healthz"]
CMD ["gunicorn", "fmm_portal.wsgi"]
