# syntax=docker/dockerfile:1

# Build: a wheel, with nothing of the compiler left behind. abi3, so the runtime's Python may be newer.
FROM rust:1.95-slim-bookworm AS build
# hadolint ignore=DL3008 # Debian drops old versions from its archive: a pinned one would soon not build
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-pip python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock pyproject.toml README.md LICENSE ./
COPY rust rust
COPY python python
RUN python3 -m venv /venv \
    && /venv/bin/pip install --no-cache-dir 'maturin>=1.9,<2' \
    && /venv/bin/maturin build --release --locked --out /wheels

# Runtime: Python, torch with its CUDA libraries, and the wheel.
FROM python:3.12-slim-bookworm
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir "$(echo /wheels/*.whl)[postgres]" \
    && useradd --create-home --uid 10001 smgd
USER 10001
# A volume mounted here begins with these rights.
RUN umask 077 && mkdir -p /home/smgd/.local/state/smgd
WORKDIR /home/smgd
ENV SMGD_HOST=0.0.0.0 \
    SMGD_PORT=8000 \
    PYTHONUNBUFFERED=1
EXPOSE 8000
# Alive is not ready: a model may take minutes to load, and /readyz tells when it has.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"SMGD_PORT\"]}/livez', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["smgd", "serve"]
