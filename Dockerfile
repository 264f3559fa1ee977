# syntax=docker/dockerfile:1
# One file, two images: `cpu` for pages, beat and workers; `gpu` for a worker with CUDA.

FROM python:3.11-slim-bookworm AS built
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY kamizero kamizero
COPY forms forms
COPY ingest ingest
COPY ocr ocr
COPY validation validation
COPY storage storage
COPY review review
COPY delivery delivery
COPY workers workers
COPY web web
RUN python -m venv /app \
 && /app/bin/pip install -c constraints.txt . \
 # Three distributions own cv2; a server has no display libraries, so the headless
 # one is laid last.
 && /app/bin/pip install -c constraints.txt --force-reinstall --no-deps \
    opencv-python-headless

FROM built AS built-gpu
RUN /app/bin/pip install -c constraints.txt '.[torch]' \
 && /app/bin/pip install -c constraints.txt --force-reinstall --no-deps \
    opencv-python-headless

FROM python:3.11-slim-bookworm AS runtime
# pg_dump and pg_restore are for `backup` and `restore`, and must not be older than the
# server: PostgreSQL's own archive has them.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libglib2.0-0 postgresql-common \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install -y --no-install-recommends postgresql-client-17 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 kamizero \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data kamizero \
 && install -d -o 10001 -g 10001 -m 0700 /data
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 KAMIZERO_DATA_DIR=/data \
    KAMIZERO_LOG_FORMAT=json OMP_NUM_THREADS=1 HOME=/tmp
VOLUME /data
USER 10001:10001
WORKDIR /data
ENTRYPOINT ["kamizero"]
CMD ["up", "--host", "0.0.0.0"]

FROM runtime AS gpu
COPY --from=built-gpu /app /app

FROM runtime AS cpu
COPY --from=built /app /app
