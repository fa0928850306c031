"""The table of permissions in the documents is the one in the code."""

from pathlib import Path

from partners.management.commands.permissions_table import table


def test_the_document_says_what_the_code_does():
    assert Path("docs/permissions.md").read_text() == table()
