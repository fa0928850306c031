"""Which passwords are too easy to guess here: those made of the words that everybody in the partnership knows."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from partners.models import Organisation, Project, User

ALWAYS = {"grundsteget", "coompanion", "arbetsformedlingen", "arbetsförmedlingen"}
LEAST = 4  # Shorter words are parts of any sentence.
REMAINS = 8  # So much of a password must be left when the known words are taken away.


class ContextWordValidator:
    """Known words may stand in a long phrase; they may not be most of it. (SAFETY.md P-22)"""

    def validate(self, password: str, user: User | None = None) -> None:
        rest = password.casefold()
        for word in sorted(_known_words(), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < min(REMAINS, len(password)) and len(rest) < len(password):
            raise ValidationError(
                _("The password is mostly a name that everybody here knows. Add words of your own."),
                code="password_of_known_words",
            )

    def get_help_text(self) -> str:
        return _("Do not build the password on the name of an organisation or a project.")


def _known_words() -> set[str]:
    names = [
        *Organisation.objects.values_list("name", flat=True),
        *Organisation.objects.values_list("short_name", flat=True),
        *Project.objects.values_list("name", flat=True),
        *Project.objects.values_list("dnr", flat=True),
    ]
    words = {word for name in names for word in re.split(r"[^\w/]+", name.casefold()) if len(word) >= LEAST}
    return words | ALWAYS
