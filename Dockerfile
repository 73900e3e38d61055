# The page and the command in a container. The page listens on 127.0.0.1 alone, so it is reached with the host's network:
#   docker build -t did-importer .
#   docker run --rm --network host -v did-importer:/home/importer did-importer
# and the command:  docker run --rm --network host -v "$PWD:/lists" -w /lists did-importer did-importer check order.csv
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --constraint constraints.txt '.[web]' \
 && /venv/bin/pip uninstall --yes pip

FROM python:3.13-slim-bookworm
RUN useradd --create-home --uid 10001 importer
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
WORKDIR /home/importer
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 8088), 3).close()"]
CMD ["did-importer", "web", "--no-browser", "--port", "8088"]
