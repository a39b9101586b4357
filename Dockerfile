# Production image: the code, the hashed dependencies (the embedded servers are not needed), fonts, static files.
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    LUOSHI_DATA=/var/lib/luoshi FONTCONFIG_FILE=/opt/luoshi/fonts/fonts.conf
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libmagic1 gettext fontconfig fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/luoshi/app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY script/fonts script/fonts
RUN apt-get update && script/fonts /opt/luoshi/fonts /tmp/fonts-cache \
 && rm -rf /tmp/fonts-cache /var/lib/apt/lists/*
COPY . .
# Messages and static files need settings, not servers; these keys live only in this build step.
RUN for po in locale/*/LC_MESSAGES/*.po; do msgfmt --check-format -o "${po%.po}.mo" "$po"; done \
 && DJANGO_SETTINGS_MODULE=config.settings.collect python manage.py collectstatic --noinput --verbosity 0 \
 && useradd --system --uid 10001 --home-dir /var/lib/luoshi --create-home luoshi
ENV DJANGO_SETTINGS_MODULE=config.settings.production LUOSHI_FONTS=/opt/luoshi/fonts
USER luoshi
VOLUME /var/lib/luoshi
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers", "config.wsgi:application"]
