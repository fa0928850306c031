"""A scanner: asks ClamAV's daemon, which gets the bytes through a socket and never a path. (INSTREAM in clamd(8))"""

from __future__ import annotations

import socket
import struct
from typing import BinaryIO

from django.conf import settings

from grundsteget.scanning import ScannerDown

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


def is_clean(file: BinaryIO) -> bool:
    """Whether clamd finds nothing. The daemon's own limit (StreamMaxLength) must not be below UPLOAD_MAX_MB."""
    try:
        with _connection() as connection:
            connection.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK):
                connection.sendall(struct.pack("!I", len(chunk)) + chunk)
            connection.sendall(struct.pack("!I", 0))
            answer = _answer(connection)
    except OSError as error:
        raise ScannerDown(type(error).__name__) from None
    if answer.endswith(b" OK"):
        return True
    if answer.endswith(b" FOUND"):
        return False
    raise ScannerDown("clamd answered neither OK nor FOUND")


def _connection() -> socket.socket:
    """To `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`."""
    kind, _, place = settings.CLAMD_ADDRESS.partition(":")
    if kind == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(settings.CLAMD_SECONDS)
        try:
            connection.connect(place)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=settings.CLAMD_SECONDS)


def _answer(connection: socket.socket) -> bytes:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        part = connection.recv(LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.partition(b"\0")[0].strip()
