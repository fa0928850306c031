"""The sheet `participants`: the person, the participation, the answers at the entry and the sensitive ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from grundsteget.dates import now, today
from participants import identity
from participants.models import EntryRecord, Participant, Participation, SensitiveAnswer
from participants.names import name_key
from partners.models import Project
from reporting.exchange.rows import Faults, Row
from reporting.exchange.sheets import ENTRY_FIELDS, PARTICIPANTS, SENSITIVE
from reporting.exchange.tally import Tally
from reporting.exchange.trail import Trail

PERSON_FIELDS = ("sex", "birth_date", "first_name", "last_name", "protection", "municipality", "district")
BATCH = 500


@dataclass
class PeoplePlan:
    """What the sheet would change. Nothing is saved before `save`."""

    project: Project
    tally: Tally = field(default_factory=lambda: Tally(PARTICIPANTS.name))
    trail: Trail = field(default_factory=Trail)
    new_people: list[Participant] = field(default_factory=list)
    changed_people: list[Participant] = field(default_factory=list)
    changed_fields: set[str] = field(default_factory=set)
    renumbered: list[Participant] = field(default_factory=list)
    new_participations: list[Participation] = field(default_factory=list)
    new_records: list[EntryRecord] = field(default_factory=list)
    changed_records: list[EntryRecord] = field(default_factory=list)
    new_answers: list[SensitiveAnswer] = field(default_factory=list)
    changed_answers: list[SensitiveAnswer] = field(default_factory=list)
    unknown_answers: list[SensitiveAnswer] = field(default_factory=list)

    def save(self) -> None:
        # Numbers that change hands leave their old owners first, or the two would hold the same for a moment.
        ids = [person.pk for person in self.renumbered]
        Participant.objects.filter(pk__in=ids).update(identity_cipher="", identity_hash=None)
        _update(Participant, self.changed_people, self.changed_fields)
        Participant.objects.bulk_create(self.new_people, BATCH)
        for participation in self.new_participations:
            participation.participant_id = participation.participant.pk
        Participation.objects.bulk_create(self.new_participations, BATCH)
        rows: list[Any] = [*self.new_records, *self.new_answers]
        for row in rows:
            row.participation_id = row.participation.pk
        EntryRecord.objects.bulk_create(self.new_records, BATCH)
        _update(EntryRecord, self.changed_records, self.changed_fields)
        SensitiveAnswer.objects.filter(pk__in=[answer.pk for answer in self.unknown_answers]).delete()
        SensitiveAnswer.objects.bulk_update(self.changed_answers, ["answer", "asked_on"], BATCH)
        SensitiveAnswer.objects.bulk_create(self.new_answers, BATCH)


def _update(model: type[Any], rows: list[Any], changed: set[str]) -> None:
    """Write the changed fields that the model has; fewer fields are many times faster."""
    names = changed & {column.name for column in model._meta.concrete_fields}
    if rows and names:
        model._default_manager.bulk_update(rows, sorted(names), BATCH)


def plan_people(project: Project, rows: list[Row], faults: Faults) -> PeoplePlan:
    rows = _once_each(rows, faults)
    known = _known(project, {row.ref for row in rows})
    numbers = _numbers(project, rows, known, faults)
    plan = PeoplePlan(project)
    for row in rows:
        participation = known.get(row.ref)
        if participation is None:
            _plan_new(plan, row, numbers)
        else:
            _plan_known(plan, row, participation)
    return plan


def _once_each(rows: list[Row], faults: Faults) -> list[Row]:
    seen: dict[str, int] = {}
    for row in rows:
        if row.ref in seen:
            message = _("%(ref)s stands already on row %(line)s — keep one of them")
            faults.add(PARTICIPANTS, row, "ref", message % {"ref": row.ref, "line": seen[row.ref]})
        else:
            seen[row.ref] = row.line
    return [row for row in rows if seen[row.ref] == row.line]


def _known(project: Project, refs: set[str]) -> dict[str, Participation]:
    found = (
        Participation.objects.filter(project=project)
        .select_related("participant", "entry_record")
        .prefetch_related("sensitive_answers")
    )
    by_pk = {participation.pk: participation for participation in found}
    # The code of a record that was joined to another leads to that other one.
    return {one.ref: by_pk[one.merged_into_id or one.pk] for one in found if one.ref in refs}


# --- Identity numbers -----------------------------------------------------------------------------


def _numbers(
    project: Project, rows: list[Row], known: dict[str, Participation], faults: Faults
) -> dict[str, Participant]:
    """People known from other projects, by the key of their number. Reports numbers that two refs share."""
    holders = _holders_elsewhere_in_project(project, rows)
    wanted: dict[str, Row] = {}
    for row in rows:
        if row["identity"] is None:
            continue
        key = identity.search_hash(row["identity"], project.pk)
        holder = wanted[key].ref if key in wanted else holders.get(key)
        if holder is not None:
            message = _("%(holder)s and %(ref)s have the same number — they are one person, or one number is wrong")
            faults.add(PARTICIPANTS, row, "identity", message % {"holder": holder, "ref": row.ref})
        wanted.setdefault(key, row)
    return _strangers(project, wanted, known, faults)


def _holders_elsewhere_in_project(project: Project, rows: list[Row]) -> dict[str, str]:
    """Who in the project holds which number and keeps it, as the file says nothing else."""
    given = {row.ref for row in rows if "identity" in row}
    pairs = Participation.objects.filter(project=project, participant__identity_hash__isnull=False).values_list(
        "participant__identity_hash", "ref"
    )
    return {key: ref for key, ref in pairs if key and ref not in given}


def _strangers(
    project: Project, wanted: dict[str, Row], known: dict[str, Participation], faults: Faults
) -> dict[str, Participant]:
    found: dict[str, Participant] = {}
    keys = list(wanted)
    for start in range(0, len(keys), BATCH):
        people = Participant.objects.filter(identity_hash__in=keys[start : start + BATCH])
        # A number of before two records were joined leads to the person.
        holders = {
            person.identity_hash or "": person.merged_into or person for person in people.select_related("merged_into")
        }
        inside = set(
            Participation.objects.filter(project=project, participant__in=holders.values()).values_list(
                "participant", flat=True
            )
        )
        found |= {key: person for key, person in holders.items() if person.pk not in inside}
    for key in found:
        row = wanted[key]
        if row.ref in known:
            message = _("%(ref)s would become a person registered in another project — merge the two persons first")
            faults.add(PARTICIPANTS, row, "identity", message % {"ref": row.ref})
    return found


# --- New and known people -------------------------------------------------------------------------


def _plan_new(plan: PeoplePlan, row: Row, strangers: dict[str, Participant]) -> None:
    number = row["identity"]
    person = strangers.get(identity.search_hash(number, plan.project.pk)) if number else None
    if person is None:
        person = Participant()
        _fill_person(plan, person, row)
        plan.new_people.append(person)
    elif _take(plan, person, _filled(row), None):
        plan.changed_people.append(person)
    participation = Participation(participant=person, project=plan.project, ref=row.ref, created_at=now())
    plan.new_participations.append(participation)
    record = EntryRecord(participation=participation)
    _fill_record(plan, record, row)
    plan.new_records.append(record)
    _plan_answers(plan, row, participation, {})
    plan.tally.add(row.ref)


def _plan_known(plan: PeoplePlan, row: Row, participation: Participation) -> None:
    before = len(plan.new_records) + len(plan.changed_records) + len(plan.changed_people)
    person = participation.participant
    hash_before = person.identity_hash
    if _fill_person(plan, person, row, participation.pk):
        plan.changed_people.append(person)
        if person.identity_hash != hash_before:
            plan.renumbered.append(person)
    record = getattr(participation, "entry_record", None)
    if record is None:
        record = EntryRecord(participation=participation)
        if _fill_record(plan, record, row):
            plan.new_records.append(record)
    elif _fill_record(plan, record, row):
        plan.changed_records.append(record)
    changed = before != len(plan.new_records) + len(plan.changed_records) + len(plan.changed_people)
    answers = {answer.question: answer for answer in participation.sensitive_answers.all()}
    changed |= _plan_answers(plan, row, participation, answers)
    plan.tally.count(row.ref, changed=changed)
    if changed:
        plan.tally.touched.add(participation.pk)


def _fill_person(plan: PeoplePlan, person: Participant, row: Row, participation_id: int | None = None) -> bool:
    """Take what the row says; say whether anything changed."""
    changed = _take_number(plan, person, row, participation_id)
    number = row["identity"]
    values = {name: row[name] or "" for name in PERSON_FIELDS if name in row}
    if "birth_date" in row:
        values["birth_date"] = row["birth_date"]
    if "protection" in row:
        values["protection"] = row["protection"] or Participant.Protection.NONE
    if number is not None:
        values["sex"] = values.get("sex", person.sex) or number.sex
        values["birth_date"] = values.get("birth_date", person.birth_date) or number.birth_date
    is_named_here = person.pk is None or person.full_name
    if is_named_here and not (values.get("first_name", person.first_name) or values.get("last_name", person.last_name)):
        values["first_name"] = row.ref  # Somebody without a name goes by the code.
    return _take(plan, person, values, participation_id) | changed


def _take_number(plan: PeoplePlan, person: Participant, row: Row, participation_id: int | None) -> bool:
    if "identity" not in row:
        return False
    number = row["identity"]
    key = identity.search_hash(number, plan.project.pk) if number else None
    if key == person.identity_hash:
        return False
    values = {"identity_hash": key, "identity_cipher": "", "identity_kind": ""}
    if number:
        values |= {"identity_cipher": identity.encrypt(number.number), "identity_kind": number.kind}
    return _take(plan, person, values, participation_id)


def _filled(row: Row) -> dict[str, Any]:
    """Of somebody known from another project, what the row says counts and what it leaves empty stays."""
    return {name: row[name] for name in PERSON_FIELDS if row[name]}


def _fill_record(plan: PeoplePlan, record: EntryRecord, row: Row) -> bool:
    values = {field: row[column] or "" for column, field in ENTRY_FIELDS.items() if column in row}
    if "unemployed_since" in row:
        values["unemployed_since"] = row["unemployed_since"]
    return _take(plan, record, values, record.participation_id)


def _take(
    plan: PeoplePlan, target: Participant | EntryRecord, values: dict[str, Any], participation_id: int | None
) -> bool:
    """Set what differs, and with a name the key that it is found by. True when anything did."""
    changed = {name: value for name, value in values.items() if getattr(target, name) != value}
    for name in changed.keys() & {"first_name", "last_name"}:
        changed[f"{name}_key"] = name_key(changed[name])
    plan.trail.note(target, changed, participation_id)
    for name, value in changed.items():
        setattr(target, name, value)
    plan.changed_fields.update(changed)
    return bool(changed)


def _plan_answers(plan: PeoplePlan, row: Row, participation: Participation, known: dict[str, SensitiveAnswer]) -> bool:
    changed = False
    for question in _asked(row):
        given, answer = row[question], known.get(question)
        if given == (answer.answer if answer else None):
            continue
        changed = True
        if answer is None:
            plan.new_answers.append(
                SensitiveAnswer(participation=participation, question=question, answer=given, asked_on=today())
            )
        elif given is None:
            plan.unknown_answers.append(answer)
            plan.trail.removed.append(answer)
        else:
            plan.trail.note(answer, {"answer": given, "asked_on": today()}, participation.pk)
            answer.answer, answer.asked_on = given, today()
            plan.changed_answers.append(answer)
    return changed


def _asked(row: Row) -> Iterable[str]:
    return (question for question in SENSITIVE if question in row)
