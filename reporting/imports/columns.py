"""Which column of a project's own table is which field of the exchange format, and what its words stand for.

Proposals only: a person looks at them and decides. Nothing is guessed where a word could mean two things.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from participants.models import EntryRecord, ExitReason, Outcome, Participant
from participants.models.participation import YesNo
from reporting.exchange.sheets import Cell

Words = dict[str, str]  # Folded word → value.
MOST_WORDS = 40  # A column with more different words than this is no choice.
LONGEST_WORD = 60


@dataclass(frozen=True)
class Field:
    """A field of the exchange, by `sheet.column`; `choices` where it takes one of a few values."""

    key: str
    label: str | Promise
    headings: tuple[str, ...]
    choices: tuple[tuple[str, str | Promise], ...] = ()
    words: Words = field(default_factory=dict)
    is_date: bool = False

    @property
    def sheet(self) -> str:
        return self.key.partition(".")[0]

    @property
    def column(self) -> str:
        return self.key.partition(".")[2]


YES_NO_WORDS: Words = {
    **dict.fromkeys(("ja", "j", "yes", "y", "x", "1", "sant", "true"), YesNo.YES),
    **dict.fromkeys(("nej", "n", "no", "0", "falskt", "false"), YesNo.NO),
    **dict.fromkeys(("vill ej uppge", "vill inte uppge", "vill ej svara", "vill inte svara"), YesNo.DECLINED),
}
SEX_WORDS: Words = {
    **dict.fromkeys(("kvinna", "k", "kvinnor", "kv", "woman", "female", "f"), Participant.Sex.WOMAN),
    **dict.fromkeys(("man", "m", "man/pojke", "male"), Participant.Sex.MAN),
}
_STATUS = EntryRecord.LabourStatus
# esf-rules.md 1.6. What stands in both columns there, such as försörjningsstöd or praktik, is for a person to decide.
STATUS_WORDS: Words = {
    **dict.fromkeys(
        (
            "arbetslös",
            "öppet arbetslös",
            "långtidsarbetslös",
            "inskriven",
            "inskriven hos arbetsförmedlingen",
            "inskriven af",
            "jobb- och utvecklingsgarantin",
            "jobbgarantin för ungdomar",
            "etableringsinsatser",
            "aktivitetsstöd",
            "unemployed",
        ),
        _STATUS.UNEMPLOYED,
    ),
    **dict.fromkeys(
        (
            "nystartsjobb",
            "lönebidrag",
            "osa",
            "trygghetsanställning",
            "introduktionsjobb",
            "extratjänst",
            "anställd",
            "anställning",
            "egen företagare",
            "egenföretagare",
            "eget företag",
            "förvärvsarbetande",
            "employed",
        ),
        _STATUS.EMPLOYED,
    ),
    **dict.fromkeys(
        (
            "sjukersättning",
            "aktivitetsersättning",
            "daglig verksamhet",
            "kriminalvård",
            "ej förvärvsarbetande",
            "inactive",
        ),
        _STATUS.INACTIVE,
    ),
    **dict.fromkeys(("vill ej uppge", "vill inte uppge"), _STATUS.DECLINED),
}
_ISCED = EntryRecord.Education
ISCED_WORDS: Words = {
    **dict.fromkeys(("ingen", "ingen avslutad", "saknas"), _ISCED.ISCED_0),
    **dict.fromkeys(("grundskola", "högstadiet", "grundskola åk 7-9", "grundskola år 7-9"), _ISCED.ISCED_2),
    **dict.fromkeys(("gymnasium", "gymnasieskola", "gymnasial", "komvux gymnasial"), _ISCED.ISCED_3),
    **dict.fromkeys(("eftergymnasial",), _ISCED.ISCED_4),
    **dict.fromkeys(("yrkeshögskola", "yh", "ky"), _ISCED.ISCED_5),
    **dict.fromkeys(("kandidat", "kandidatexamen"), _ISCED.ISCED_6),
    **dict.fromkeys(("master", "magister", "masterexamen", "magisterexamen"), _ISCED.ISCED_7),
    **dict.fromkeys(("doktor", "licentiat", "forskarutbildning"), _ISCED.ISCED_8),
}
PROTECTION_WORDS: Words = {
    **dict.fromkeys(("nej", "n", "ingen", "inget"), Participant.Protection.NONE),
    **dict.fromkeys(("sekretess", "sekretessmarkerad"), Participant.Protection.SECRECY_FLAG),
    **dict.fromkeys(("skyddad folkbokföring", "kvarskrivning"), Participant.Protection.PROTECTED_REGISTRATION),
}
OUTCOME_WORDS: Words = {
    **dict.fromkeys(("praktik", "arbetspraktik"), Outcome.Kind.INTERNSHIP),
    **dict.fromkeys(("studier", "utbildning"), Outcome.Kind.EDUCATION),
    **dict.fromkeys(("arbete", "jobb", "anställning"), Outcome.Kind.JOB),
    **dict.fromkeys(("arbete asf", "anställd asf", "jobb asf"), Outcome.Kind.JOB_ASF),
    **dict.fromkeys(("arbetssökande",), Outcome.Kind.JOB_SEARCH),
}


def _choices(pairs: Iterable[tuple[str, str | Promise]]) -> tuple[tuple[str, str | Promise], ...]:
    return tuple(pairs)


def _yes_no(key: str, label: str | Promise, *headings: str) -> Field:
    return Field(key, label, headings, _choices(YesNo.choices), YES_NO_WORDS)


# Not of the exchange format: one column that holds both names.
WHOLE_NAME = "participants.name"
REF, IDENTITY, START = "participants.ref", "participants.identity", "stints.start"
FIELDS = (
    Field(REF, _("code in the project"), ("ref", "kod", "deltagarkod", "deltagarnummer", "löpnummer", "id")),
    Field(
        IDENTITY,
        _("identity number"),
        ("personnummer", "pnr", "persnr", "pers nr", "personnr", "samordningsnummer", "identity", "identitetsnummer"),
    ),
    Field("participants.first_name", _("first name"), ("förnamn", "tilltalsnamn", "first name", "first_name")),
    Field("participants.last_name", _("last name"), ("efternamn", "last name", "last_name", "surname")),
    Field(WHOLE_NAME, _("whole name"), ("namn", "deltagare", "name", "för- och efternamn", "fullständigt namn")),
    Field(
        "participants.sex",
        _("legal sex"),
        ("kön", "juridiskt kön", "sex"),
        _choices(Participant.Sex.choices),
        SEX_WORDS,
    ),
    Field(
        "participants.birth_date", _("birth date"), ("födelsedatum", "född", "birth date", "birth_date"), is_date=True
    ),
    Field("participants.municipality", _("municipality"), ("kommun", "hemkommun", "municipality")),
    Field("participants.district", _("district"), ("stadsdel", "stadsdelsområde", "district")),
    Field(
        "participants.protection",
        _("protected personal data"),
        ("skyddade personuppgifter", "skyddad identitet", "sekretess", "sekretessmarkering", "protection"),
        _choices(Participant.Protection.choices),
        PROTECTION_WORDS,
    ),
    Field(
        "participants.entry_status",
        _("labour status at entry"),
        (
            "arbetsmarknadsstatus",
            "status vid start",
            "sysselsättning vid start",
            "försörjning",
            "entry_status",
            "status",
        ),
        _choices(EntryRecord.LabourStatus.choices),
        STATUS_WORDS,
    ),
    Field(
        "participants.unemployed_since",
        _("unemployed since"),
        ("arbetslös sedan", "arbetslös från", "unemployed_since"),
        is_date=True,
    ),
    _yes_no("participants.in_education", _("in education or training at entry"), "i utbildning", "in_education"),
    Field(
        "participants.isced",
        _("highest completed education"),
        ("utbildning", "utbildningsnivå", "högsta utbildning", "högsta avslutade utbildning", "isced"),
        _choices(EntryRecord.Education.choices),
        ISCED_WORDS,
    ),
    _yes_no(
        "participants.household_jobless",
        _("nobody in the household has work"),
        "hushåll utan arbete",
        "household_jobless",
    ),
    _yes_no(
        "participants.household_children",
        _("dependent children in the household"),
        "barn",
        "hemmavarande barn",
        "household_children",
    ),
    _yes_no(
        "participants.household_single_adult",
        _("only adult in the household"),
        "ensamstående",
        "household_single_adult",
    ),
    _yes_no("participants.co15", _("foreign background or minority"), "utländsk bakgrund", "utrikes född", "co15"),
    _yes_no("participants.co16", _("disability"), "funktionsnedsättning", "funktionshinder", "co16"),
    _yes_no("participants.co17", _("other disadvantage"), "annan utsatthet", "co17"),
    Field(
        START,
        _("start"),
        ("startdatum", "start", "inskrivningsdatum", "inskriven", "från", "datum in", "in", "start date"),
        is_date=True,
    ),
    Field(
        "stints.end",
        _("end"),
        (
            "slutdatum",
            "slut",
            "utskrivningsdatum",
            "utskriven",
            "avslutsdatum",
            "avslutad",
            "till",
            "datum ut",
            "ut",
            "end",
        ),
        is_date=True,
    ),
    Field(
        "stints.exit_reason",
        _("reason for leaving"),
        ("avslutsorsak", "orsak", "avgångsorsak", "orsak till avslut", "exit_reason"),
    ),
    Field(
        "stints.referred_by",
        _("referred by"),
        ("anvisad av", "remitterad av", "hänvisad av", "remittent", "referred_by"),
    ),
    Field(
        "outcomes.kind",
        _("result: what"),
        ("resultat", "utfall", "avslutad till", "går vidare till", "outcome"),
        _choices(Outcome.Kind.choices),
        OUTCOME_WORDS,
    ),
    Field("outcomes.from", _("result: from"), ("resultat från", "resultatdatum", "anställd från"), is_date=True),
    Field("outcomes.to", _("result: to"), ("resultat till", "anställd till"), is_date=True),
    Field("outcomes.employer", _("result: employer or school"), ("arbetsgivare", "skola", "arbetsplats", "employer")),
    Field("outcomes.support", _("result: support"), ("anställningsstöd", "stöd", "anställningsform", "support")),
)
BY_KEY = {one.key: one for one in FIELDS}


def choices_of(one: Field) -> tuple[tuple[str, str | Promise], ...]:
    """The reasons for leaving are a list that the office keeps, so they are asked for each time."""
    if one.key == "stints.exit_reason":
        return tuple((reason.code, str(reason)) for reason in ExitReason.objects.all())
    return one.choices


def folded(text: Cell) -> str:
    """As words are compared: without case, and with one space between."""
    return " ".join(unicodedata.normalize("NFC", str(text)).casefold().split())


def fingerprint(headings: Iterable[Cell]) -> str:
    return hashlib.sha256("\x1f".join(folded(one) for one in headings).encode()).hexdigest()


def proposed_columns(headings: list[Cell]) -> dict[str, int]:
    """Field → column: the first column whose heading is one of the field's own, each used once."""
    free = {position: folded(one).rstrip(".:") for position, one in enumerate(headings) if folded(one)}
    found: dict[str, int] = {}
    for one in FIELDS:
        for heading in one.headings:
            position = next((at for at, text in free.items() if text == heading), None)
            if position is not None:
                found[one.key] = position
                del free[position]
                break
    if WHOLE_NAME in found and ("participants.first_name" in found or "participants.last_name" in found):
        del found[WHOLE_NAME]
    return found


def words_in(rows: Iterable[list[Cell]], position: int) -> list[str]:
    """The different words of a column, in alphabetical order; nothing of a column that is no choice."""
    found: dict[str, str] = {}
    for cells in rows:
        cell = cells[position] if position < len(cells) else ""
        if cell != "":
            found.setdefault(folded(cell), str(cell))
        if len(found) > MOST_WORDS or len(str(cell)) > LONGEST_WORD:
            return []
    return [found[word] for word in sorted(found)]


def meaning(one: Field, word: str, choices: Iterable[tuple[str, str | Promise]]) -> str:
    """What a word stands for: the value itself, its name, or a word we know. Empty where it is not known."""
    wanted = folded(word)
    for value, name in choices:
        if wanted in {folded(value), folded(str(name))}:
            return value
    return one.words.get(wanted, "")
