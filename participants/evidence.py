"""Signed forms as files: which kinds are taken, told by the bytes and never by the name or what the browser says."""

from __future__ import annotations

from typing import Any

LARGEST = 5 * 1024 * 1024
# How a file of the kind begins.
BEGINNINGS = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
CONTENT_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


def kind_of(file: Any) -> str:
    """The kind of an uploaded file, or an empty string."""
    file.seek(0)
    start = file.read(16)
    file.seek(0)
    return next((kind for kind, beginning in BEGINNINGS.items() if start.startswith(beginning)), "")


def kind_of_name(name: str) -> str:
    """The kind of a stored file: its name was given by us."""
    return name.rpartition(".")[2]
