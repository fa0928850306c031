"""Enrolling, leaving, coming back, and what is known of the person: whole or not at all."""

import datetime as dt

import pytest
from django.db import DataError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from participants import actions, identity
from participants.models import EntryRecord, ExitReason, Participant, Participation, Stint
from partners.models import Change
from tests import factories
from tests.factories import invented_number
from tests.participants.deeds import ALICE, day, enrolment, fresh, reason, refusal

# --- Enrolment ------------------------------------------------------------------------------------


def test_enrol_participant_makes_everything_at_once(cast, heard):
    participation = actions.enrol_participant(
        **enrolment(cast),
        sensitive={"co15": "j", "co16": "vill_ej", "co17": ""},
        consents=[{"organisation": cast.social_services, "given_on": day("2016-03-01"), "valid_to": None}],
    )

    person = participation.participant
    assert (participation.ref, participation.entered_on, participation.left_on) == ("D-0001", day("2016-03-01"), None)
    assert (person.full_name, person.sex, person.birth_date) == ("Alice Öberg", "K", day(ALICE))
    assert (person.identity_kind, person.number) == ("personal", invented_number(ALICE))
    assert person.number not in person.identity_cipher
    stint = participation.stints.get()
    assert (stint.started_on, stint.referred_by) == (day("2016-03-01"), cast.social_services)
    record = participation.entry_record
    assert (record.labour_status, record.isced, record.in_education) == ("U", "2", "")
    assert (record.asked_on, record.asked_by) == (day("2017-03-15"), cast.coordinator)
    assert dict(participation.sensitive_answers.values_list("question", "answer")) == {"co15": "j", "co16": "vill_ej"}
    member = participation.care_team.get()
    assert (member.user, member.organisation, member.is_lead) == (cast.coordinator, cast.owner, True)
    assert Participation.objects.visible_to(cast.caseworker).filter(pk=participation.pk).exists()
    assert not Participation.objects.visible_to(cast.stranger).filter(pk=participation.pk).exists()
    assert participation.created_by == cast.coordinator
    assert heard == [participation.pk]


def test_enrol_participant_counts_codes_per_project(cast):
    factories.make_participation(cast.project, ref="D-0041")
    factories.make_participation(cast.project, ref="X-9000")
    first = actions.enrol_participant(**enrolment(cast))
    second = actions.enrol_participant(**enrolment(cast, identity=None, birth_date=day(ALICE), sex="K"))
    other = factories.make_project(cast.owner, dnr="2019/00001", started_on=day("2016-01-01"))
    elsewhere = actions.enrol_participant(**enrolment(cast, project=other))
    assert [p.ref for p in (first, second, elsewhere)] == ["D-0042", "D-0043", "D-0001"]
    factories.make_participation(cast.project, ref="D-10000")
    assert actions.next_ref(cast.project) == "D-10001"


def test_enrol_participant_refuses_the_same_person_with_words_that_tell_nothing(cast):
    actions.enrol_participant(**enrolment(cast, protection="sekretessmarkering", district=""))
    refused = refusal(actions.enrol_participant, **enrolment(cast, first_name="Någon"))
    assert refused.messages == [actions.cannot_enrol()]
    assert (Participation.objects.count(), Participant.objects.count(), Stint.objects.count()) == (1, 1, 1)
    assert Participant.objects.get().first_name == "Alice"


def test_enrol_participant_knows_the_person_from_another_project(cast):
    first = actions.enrol_participant(**enrolment(cast, municipality=""))
    other = factories.make_project(cast.owner, dnr="2019/00001", started_on=day("2016-01-01"))
    second = actions.enrol_participant(**enrolment(cast, project=other, first_name="Alicia", municipality="Partille"))
    assert second.participant == first.participant
    person = Participant.objects.get()
    assert (person.first_name, person.municipality) == ("Alice", "Partille")


def test_enrol_participant_never_lifts_a_protection(cast):
    actions.enrol_participant(**enrolment(cast, protection="skyddad_folkbokforing", district=""))
    other = factories.make_project(cast.owner, dnr="2019/00001", started_on=day("2016-01-01"))
    second = actions.enrol_participant(**enrolment(cast, project=other, phone="031-000000"))
    assert (second.participant.protection, second.participant.phone) == ("skyddad_folkbokforing", "")


def test_enrol_participant_lets_the_enroller_of_a_protected_person_in(cast):
    participation = actions.enrol_participant(
        **enrolment(cast, by=cast.project_office, protection="sekretessmarkering", district="")
    )
    assert Participation.objects.visible_to(cast.project_office).filter(pk=participation.pk).exists()
    assert participation.care_team.filter(is_lead=True).get().user == cast.coordinator


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"started_on": day("2017-03-16")}, "started_on"),
        ({"started_on": day("2015-09-30")}, "started_on"),
        ({"birth_date": day("2016-03-01"), "identity": None}, "birth_date"),
        ({"protection": "sekretessmarkering"}, "protection"),
        ({"entry": {"labour_status": "I", "unemployed_since": day("2014-01-01")}}, "unemployed_since"),
    ],
)
def test_enrol_participant_refused_leaves_nothing(cast, given, field):
    assert refusal(actions.enrol_participant, **enrolment(cast, **given)).code == field
    assert not Participant.objects.exists()
    assert not Participation.objects.exists()


def test_enrol_participant_refuses_a_lead_from_outside(cast):
    outsider = factories.make_user("Utomstående")
    assert refusal(actions.enrol_participant, **enrolment(cast, lead=outsider)).code == "lead"


def test_enrol_participant_with_a_temporary_number_in_two_projects_is_two_persons(cast):
    temporary = identity.parse("20000101T220")
    other = factories.make_project(cast.owner, dnr="2019/00001", started_on=day("2016-01-01"))
    first = actions.enrol_participant(**enrolment(cast, identity=temporary))
    second = actions.enrol_participant(**enrolment(cast, identity=temporary, project=other))
    assert first.participant != second.participant


def test_a_race_for_the_same_number_is_a_refusal_and_no_crash(cast, monkeypatch):
    actions.enrol_participant(**enrolment(cast))
    # As if the other session committed between our look and our write.
    monkeypatch.setattr(Participant.objects, "select_for_update", lambda **_: Participant.objects.none())
    other = factories.make_project(cast.owner, dnr="2019/00001", started_on=day("2016-01-01"))
    refusal(actions.enrol_participant, **enrolment(cast, project=other))
    assert Participation.objects.count() == 1


# --- Leaving and coming back (P-1 … P-9) ----------------------------------------------------------------


def test_close_stint(participation, coordinator, heard):
    stint = actions.close_stint(
        participation=participation,
        ended_on=day("2017-01-31"),
        exit_reason=reason("flyttat"),
        exit_note="Till Kiruna",
        by=coordinator,
    )
    assert (stint.ended_on, stint.exit_reason_id, stint.exit_note) == (day("2017-01-31"), "flyttat", "Till Kiruna")
    assert stint.exit_recorded_at is not None
    assert stint.exit_recorded_at.date() == day("2017-03-15")
    assert fresh(participation).left_on == day("2017-01-31")
    assert heard == [participation.pk]


def test_close_stint_twice_is_refused(participation, coordinator):
    words = {"participation": participation, "ended_on": day("2017-01-31"), "exit_reason": reason(), "by": coordinator}
    actions.close_stint(**words)
    assert "2017-01-31" in refusal(actions.close_stint, **words).messages[0]


def test_close_stint_ends_what_goes_on_and_drops_what_was_planned(participation, coordinator):
    ended = factories.make_activity(participation, started_on="2016-03-07", ended_on="2016-06-01")
    ongoing = factories.make_activity(participation, started_on="2016-04-01")
    until_may = factories.make_activity(participation, started_on="2016-05-01", ended_on="2017-05-31")
    planned = factories.make_activity(participation, started_on="2017-04-01")
    actions.close_stint(participation=participation, ended_on=day("2017-01-31"), exit_reason=reason(), by=coordinator)
    ends = dict(participation.activities.values_list("pk", "ended_on"))
    assert ends == {
        ended.pk: day("2016-06-01"),
        ongoing.pk: day("2017-01-31"),
        until_may.pk: day("2017-01-31"),
    }
    assert planned.pk not in ends


def test_close_stint_tells_the_outcome_at_once_or_neither(participation, coordinator, enterprise):
    words = {"participation": participation, "ended_on": day("2017-01-31"), "exit_reason": reason(), "by": coordinator}
    job = {"kind": "job_asf", "started_on": day("2017-02-01")}
    refused = refusal(actions.close_stint, **words, outcome=job)
    assert refused.code == "enterprise"
    assert fresh(participation).left_on is None
    actions.close_stint(**words, outcome=job | {"enterprise": enterprise})
    assert participation.outcomes.get().employer == "Kooperativet Provbageriet"


def test_reentry_is_a_new_stint_and_leaves_the_entry_alone(participation, coordinator, cast):
    record = participation.entry_record
    actions.close_stint(participation=participation, ended_on=day("2016-12-31"), exit_reason=reason(), by=coordinator)
    actions.open_stint(
        participation=participation, started_on=day("2017-02-01"), referred_by=cast.employment_service, by=coordinator
    )
    assert participation.stints.count() == 2
    assert (fresh(participation).entered_on, participation.left_on) == (day("2016-03-01"), None)
    after = EntryRecord.objects.get(participation=participation)
    assert [getattr(after, f.name) for f in record._meta.fields] == [
        getattr(record, f.name) for f in record._meta.fields
    ]
    actions.close_stint(participation=participation, ended_on=day("2017-03-01"), exit_reason=reason(), by=coordinator)
    assert (fresh(participation).entered_on, participation.left_on) == (day("2016-03-01"), day("2017-03-01"))


def test_open_stint_while_one_is_open_is_refused(participation, coordinator):
    refusal(
        actions.open_stint, participation=participation, started_on=day("2017-02-01"), referred_by=None, by=coordinator
    )


def test_mistaken_registration_counts_for_nothing_and_stays(participation, coordinator):
    actions.close_stint(
        participation=participation, ended_on=day("2016-03-01"), exit_reason=reason(ExitReason.MISTAKE), by=coordinator
    )
    assert (fresh(participation).entered_on, participation.left_on) == (None, None)
    assert participation.stints.count() == 1
    actions.open_stint(participation=participation, started_on=day("2016-02-01"), referred_by=None, by=coordinator)
    assert fresh(participation).entered_on == day("2016-02-01")


# --- The database itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("started_on", "ended_on"),
    [("2016-06-01", "2016-07-01"), ("2016-01-01", "2016-03-01"), ("2016-12-31", None), ("2015-10-01", None)],
)
def test_overlapping_stints_are_refused_by_the_database(project, started_on, ended_on):
    participation = factories.make_participation(project, started_on="2016-03-01", ended_on="2016-12-31")
    with pytest.raises(IntegrityError, match="stints_never_overlap"), transaction.atomic():
        Stint.objects.create(
            participation=participation, started_on=day(started_on), ended_on=ended_on and day(ended_on)
        )


def test_moving_a_stint_onto_another_is_refused_by_the_database(project):
    participation = factories.make_participation(project, started_on="2016-03-01", ended_on="2016-12-31")
    stint = factories.make_stint(participation, "2017-01-01")
    with pytest.raises(IntegrityError, match="stints_never_overlap"), transaction.atomic():
        Stint.objects.filter(pk=stint.pk).update(started_on=day("2016-12-31"))


def test_mistakes_and_other_people_may_overlap(project):
    participation = factories.make_participation(project, started_on="2016-03-01", ended_on="2016-12-31")
    factories.make_stint(participation, "2016-04-01", "2016-05-01", exit_reason=ExitReason.MISTAKE)
    factories.make_participation(project, started_on="2016-03-01")
    mistaken = participation.stints.get(started_on=day("2016-04-01"))
    with pytest.raises(IntegrityError, match="stints_never_overlap"), transaction.atomic():
        Stint.objects.filter(pk=mistaken.pk).update(exit_reason="ovrigt")


PERIODS = st.lists(st.tuples(st.integers(0, 60), st.none() | st.integers(0, 20), st.booleans()), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PERIODS)
def test_whatever_is_written_no_two_counted_stints_share_a_day(project, periods):
    participation = factories.make_participation(project, started_on=None)
    kept: list[tuple[dt.date, dt.date]] = []
    for start, length, mistaken in periods:
        first = day("2016-01-01") + dt.timedelta(days=start)
        last = None if length is None or mistaken else first + dt.timedelta(days=length)
        code = ExitReason.MISTAKE if mistaken else None
        if mistaken:
            last = first + dt.timedelta(days=length or 0)
        clashes = not mistaken and any(a <= (last or dt.date.max) and first <= b for a, b in kept)
        same_start = participation.stints.filter(started_on=first).exists()
        try:
            with transaction.atomic():
                Stint.objects.create(participation=participation, started_on=first, ended_on=last, exit_reason_id=code)
        except (IntegrityError, DataError):
            assert clashes or same_start
        else:
            assert not clashes
            if not mistaken:
                kept.append((first, last or dt.date.max))


def test_exit_reasons_are_the_list_in_order(db):
    codes = (
        "arbete_asf arbete_annan eget_foretag utbildning praktik_annan fullfoljt_utan_overgang annan_insats sjukdom "
        "foraldraledig flyttat egen_begaran uteblivit kriminalvard pension avliden projektslut felregistrering ovrigt"
    )
    assert list(ExitReason.objects.values_list("code", flat=True)) == codes.split()
    assert all(r.name_sv and r.name_en and r.retired_on is None for r in ExitReason.objects.all())


# --- What is known of the person ----------------------------------------------------------------------


def test_save_entry_record_keeps_what_was_not_asked_now(participation, coordinator):
    actions.save_entry_record(participation=participation, by=coordinator, isced="3")
    record = EntryRecord.objects.get(participation=participation)
    assert (record.isced, record.labour_status, record.asked_by) == ("3", "U", coordinator)


def test_save_entry_record_tells_a_refusal_from_unknown(participation, coordinator):
    actions.save_entry_record(participation=participation, by=coordinator, isced="vill_ej", in_education="")
    record = EntryRecord.objects.get(participation=participation)
    assert (record.isced, record.in_education) == ("vill_ej", "")


def test_save_entry_record_makes_a_missing_one(project, coordinator):
    participation = factories.make_participation(project, record=None)
    actions.save_entry_record(participation=participation, by=coordinator, labour_status="I")
    assert EntryRecord.objects.get(participation=participation).labour_status == "I"


def test_a_stale_page_does_not_overwrite_a_colleague(participation, coordinator, project_office):
    seen = participation.version
    actions.save_entry_record(participation=participation, by=project_office, version=seen, isced="3")
    refusal(actions.save_entry_record, participation=participation, by=coordinator, version=seen, isced="4")
    assert EntryRecord.objects.get(participation=participation).isced == "3"


def test_sensitive_answers_are_rows_only_when_asked(participation, coordinator, on_day):
    words = {"participation": participation, "by": coordinator}
    actions.save_sensitive_answers(**words, answers={"co15": "j", "co16": "vill_ej", "co17": ""})
    on_day("2017-04-01")
    actions.save_sensitive_answers(**words, answers={"co15": "n", "co16": "vill_ej"})
    rows = {row.question: (row.answer, row.asked_on) for row in participation.sensitive_answers.all()}
    assert rows == {"co15": ("n", day("2017-04-01")), "co16": ("vill_ej", day("2017-03-15"))}
    actions.save_sensitive_answers(**words, answers={"co15": "", "co16": "vill_ej"})
    assert participation.sensitive_answers.get().question == "co16"


def test_the_change_log_never_tells_a_sensitive_answer(participation, coordinator):
    actions.save_sensitive_answers(participation=participation, by=coordinator, answers={"co15": "vill_ej"})
    log = " ".join(str(entry.changes) for entry in Change.objects.all())
    assert "vill_ej" not in log


def test_save_contact_finds_by_the_new_name(participation, coordinator):
    actions.save_contact(participation=participation, by=coordinator, last_name="Ångström", phone="031-000000")
    person = Participant.objects.get(pk=participation.participant_id)
    assert (person.first_name, person.last_name, person.phone) == ("Anna", "Ångström", "031-000000")
    assert person.last_name_key.startswith("zzza")


def test_save_contact_marks_a_person_protected_without_locking_oneself_out(participation, project_office, cast):
    actions.save_contact(participation=participation, by=project_office, protection="sekretessmarkering")
    visible = Participation.objects.filter(pk=participation.pk)
    assert visible.visible_to(project_office).exists()
    assert visible.visible_to(cast.coordinator).exists()  # the lead worker
    assert not visible.visible_to(cast.caseworker).exists()  # whatever the consent says


def test_save_contact_gives_a_number_once(participation, coordinator):
    words = {"participation": participation, "by": coordinator}
    actions.save_contact(**words, identity=identity.parse("20000101T220"))
    actions.save_contact(**words, identity=identity.parse(invented_number("1985-06-15")))
    assert fresh(participation.participant).identity_kind == "personal"
    refused = refusal(actions.save_contact, **words, identity=identity.parse(invented_number("1985-06-16")))
    assert refused.code == "number"


def test_save_contact_refuses_the_number_of_somebody_else(participation, coordinator, project):
    number = invented_number("1985-06-15")
    factories.make_participation(project, number=number)
    refused = refusal(
        actions.save_contact, participation=participation, by=coordinator, identity=identity.parse(number)
    )
    assert number not in refused.messages[0]
    assert not fresh(participation.participant).identity_cipher
