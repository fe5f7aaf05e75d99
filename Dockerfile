# The portal without its database: web server, workers and regular commands, by their command.
FROM debian:trixie-slim AS packages
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv
COPY requirements.txt .
RUN python3 -m venv /srv/venv \
    && /srv/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r requirements.txt

FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpangoft2-1.0-0 postgresql-client python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 999 --home-dir /srv/roundtable roundtable \
    && install -d -m 700 -o roundtable -g roundtable \
        /data /data/evidence /data/backups /data/ledgers
COPY --from=packages /srv/venv /srv/venv
COPY . /srv/roundtable
WORKDIR /srv/roundtable
ENV PATH=/srv/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER roundtable
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["deploy/container.sh"]
CMD ["web"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["deploy/container.sh", "health"]
