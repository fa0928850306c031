"""The scanner that ClamAV's daemon is: what is sent to it, what its answers mean, and what its silence means."""

import io
import socket
import struct
import threading
from contextlib import contextmanager

import pytest
from django.core.checks import Warning as CheckWarning

from grundsteget import checks, clamd
from grundsteget.scanning import ScannerDown

CONTENT = b"x" * (clamd.CHUNK + 17)


class Daemon(threading.Thread):
    """Answers one question of the INSTREAM kind, and keeps what it was sent."""

    def __init__(self, answer: bytes):
        super().__init__(daemon=True)
        self.answer, self.got = answer, b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp:127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self):
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rb") as stream:
            self.command = stream.read(len(b"zINSTREAM\0"))
            while length := struct.unpack("!I", stream.read(4))[0]:
                self.got += stream.read(length)
            # In two pieces, as a network may.
            connection.sendall(self.answer[:5])
            connection.sendall(self.answer[5:])


@contextmanager
def daemon(answer: bytes, settings):
    one = Daemon(answer)
    settings.CLAMD_ADDRESS, settings.CLAMD_SECONDS = one.address, 5
    one.start()
    try:
        yield one
    finally:
        one.join(5)
        one.listener.close()


@pytest.mark.parametrize(
    ("answer", "clean"), [(b"stream: OK\0", True), (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", False)]
)
def test_answer_of_clamd_is_a_verdict(answer, clean, settings):
    with daemon(answer, settings) as one:
        assert clamd.is_clean(io.BytesIO(CONTENT)) is clean
    assert one.command == b"zINSTREAM\0"
    assert one.got == CONTENT


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK? perhaps\0", b"\0", b""])
def test_any_other_answer_is_no_verdict(answer, settings):
    with daemon(answer, settings), pytest.raises(ScannerDown):
        clamd.is_clean(io.BytesIO(CONTENT))


def test_nobody_at_home_is_no_verdict(settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.CLAMD_ADDRESS = f"tcp:127.0.0.1:{port}"
    with pytest.raises(ScannerDown):
        clamd.is_clean(io.BytesIO(CONTENT))


def test_silence_is_no_verdict(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CLAMD_ADDRESS, settings.CLAMD_SECONDS = f"tcp:127.0.0.1:{silent.getsockname()[1]}", 0.2
        with pytest.raises(ScannerDown):
            clamd.is_clean(io.BytesIO(CONTENT))


def test_deploy_check_warns_where_nobody_looks_for_viruses(settings):
    settings.FILE_SCANNER = ""
    assert [type(one) for one in checks.files_are_scanned()] == [CheckWarning]
    settings.FILE_SCANNER = "grundsteget.clamd.is_clean"
    assert not checks.files_are_scanned()
    assert not checks.scanner_exists()
    settings.FILE_SCANNER = "grundsteget.clamd.is_misspelt"
    assert checks.scanner_exists()[0].is_serious()
