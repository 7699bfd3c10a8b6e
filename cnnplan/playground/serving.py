"""A folder shown to the browsers of this machine, and to no other machine."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Server"]

LOOPBACK: Final = "127.0.0.1"

TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".yaml": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
}
"""What browsers must be told; what a system believes of its own may be something else."""


class Server:
    """A web server on the loopback address.

    Args:
        folder: what it shows.
        port: where; 0 takes one that is free.

    Raises:
        UsageError: the port is taken.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        try:
            self._server = ThreadingHTTPServer((LOOPBACK, port), partial(_Handler, directory=str(folder)))
        except OSError as error:
            raise UsageError(f"port {port} of {LOOPBACK}: {error.strerror}") from error

    @property
    def address(self) -> str:
        """What to open, `http://127.0.0.1:8000/`."""
        return f"http://{LOOPBACK}:{self._server.server_port}/"

    def run(self) -> None:
        """Serve until `close` is called, or the user has had enough."""
        self._server.serve_forever()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    """Files with their right types, no folders, and no lines on the terminal."""

    extensions_map = TYPES
    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def list_directory(self, path: Any) -> None:  # noqa: ARG002 - the library's signature
        self.send_error(404, f"there is nothing at {self.path}")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing: what a page loads is of no interest."""
