"""Files as people upload them, and as nobody should: made by hand, so that a test says what is in them."""

import io
import struct
import zipfile
import zlib

from participants.evidence import CONTENT_TYPES, DOCX

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def exif(orientation: int = 6, secret: bytes = b"N 57.7089 E 11.9746") -> bytes:
    """A camera's EXIF: which way up, and where it was taken."""
    entries = struct.pack("<HHII", 0x0112, 3, 1, orientation) + struct.pack("<HHII", 0x8825, 4, 1, 64)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0) + secret


CODED = b"\x12\x34\xff\x00\x56\xff\xd0\x78"


def jpeg(*extra: bytes, behind: bytes = b"", size: tuple[int, int] = (16, 16), coded: bytes = CODED) -> bytes:
    """A picture in outline: tables, a frame, a scan whose data holds a stuffed FF and a restart."""
    return b"".join(
        [
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x48\0\x48\0\0"),
            *extra,
            segment(0xDB, bytes(65)),
            segment(0xC0, struct.pack(">BHHB", 8, *size, 1) + b"\x01\x11\0"),
            segment(0xC4, bytes(20)),
            segment(0xDA, b"\x01\x01\0\0\x3f\0"),
            coded,
            b"\xff\xd9",
            behind,
        ]
    )


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(*extra: bytes, behind: bytes = b"", size: tuple[int, int] = (1, 1)) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + data + chunk(b"IEND", b"") + behind


MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}


def office(kind: str = DOCX, parts: dict[str, bytes] | None = None, content_type: str = "") -> bytes:
    """A Word or Excel file in outline, with more parts."""
    main = content_type or f"{CONTENT_TYPES[kind]}.main+xml"
    types = f'<Types><Override PartName="/{MAIN[kind]}" ContentType="{main}"/></Types>'.encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": types, MAIN[kind]: b"<x/>", **(parts or {})}.items():
            archive.writestr(name, content)
    return file.getvalue()


def lying(file: bytes, name: str, says: int) -> bytes:
    """The same archive, in which one part claims another size than it has."""
    changed = bytearray(file)
    for signature, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        place = changed.find(signature)
        while place >= 0:
            if changed[place + name_at : place + name_at + len(name)] == name.encode():
                struct.pack_into("<I", changed, place + size_at, says)
            place = changed.find(signature, place + 4)
    return bytes(changed)
