"""Certificates of a month: signed step by step, and staying what was signed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from participants import actions, certificates
from participants.models import AttendanceCertificate, AttendanceSignature, HoursMonth, Participant
from tests.factories import make_attendance_day, make_consent, make_participation
from tests.filling import form_of
from tests.participants.test_attendance import entry, path, queries

State, Step = AttendanceCertificate.State, AttendanceSignature.Step
BOARD = reverse("participants:attendance_certificates")
FEBRUARY = dt.date(2017, 2, 1)


# --- The month's certificate ------------------------------------------------------------------------


@pytest.fixture
def certificate(activity) -> AttendanceCertificate:
    """February, two days of attendance, a draft."""
    make_attendance_day(activity.participation, "2017-02-01", 6, activity=activity)
    make_attendance_day(activity.participation, "2017-02-02", 5.5, activity=activity)
    return AttendanceCertificate.objects.get()


def seen(certificate) -> str:
    days = certificates.days_of(certificate.participation, certificate.month)
    return certificates.content_of(certificate, days).sha256


def sign(certificate, step, by, **values):
    values.setdefault("seen", seen(certificate))
    return actions.sign_certificate(
        certificate=certificate, step=step, membership=by.memberships.first(), by=by, **values
    )


def sign_all(certificate, cast, until=Step.LOCK) -> AttendanceCertificate:
    signers = {
        Step.PARTICIPANT: cast.coordinator,
        Step.SUPERVISOR: cast.supervisor,
        Step.OFFICE: cast.project_office,
        Step.LOCK: cast.project_office,
    }
    for step, by in signers.items():
        certificate = sign(certificate, step, by)
        if step == until:
            break
    return certificate


def test_sign_certificate_step_by_step_to_the_locked_hours(cast, certificate):
    locked = sign_all(certificate, cast)

    assert (locked.state, locked.counts, locked.hours) == (State.LOCKED, True, Decimal("11.5"))
    assert HoursMonth.objects.get().hours == locked.hours == sum(t.hours for t in locked.totals.all())
    signatures = list(locked.signatures.values_list("step", "name", "organisation"))
    assert signatures == [
        (Step.PARTICIPANT, "", ""),
        (Step.SUPERVISOR, "Hans Handledare", "Kooperativet Provbageriet"),
        (Step.OFFICE, "Petra Projektkontor", "Coompanion"),
        (Step.LOCK, "Petra Projektkontor", "Coompanion"),
    ]
    assert certificates.is_intact(AttendanceCertificate.objects.get(pk=locked.pk))


@pytest.mark.parametrize("step", [Step.SUPERVISOR, Step.OFFICE, Step.LOCK])
def test_sign_certificate_refuses_a_step_before_its_turn(cast, certificate, step):
    with pytest.raises(ValidationError):
        sign(certificate, step, cast.project_office)


def test_sign_certificate_twice_signs_once(cast, certificate):
    for _ in range(2):
        sign(certificate, Step.PARTICIPANT, cast.coordinator)

    assert certificate.signatures.count() == 1


def test_sign_certificate_refuses_days_that_were_not_on_the_screen(cast, certificate, activity):
    looked_at = seen(certificate)
    actions.record_attendance(entries=[entry(activity, "2017-02-03")], by=cast.project_office)

    with pytest.raises(ValidationError):
        sign(certificate, Step.PARTICIPANT, cast.coordinator, seen=looked_at)


def test_sign_certificate_refuses_a_month_that_is_not_over(cast, activity):
    make_attendance_day(activity.participation, "2017-03-01", activity=activity)

    with pytest.raises(ValidationError):
        sign(AttendanceCertificate.objects.get(), Step.PARTICIPANT, cast.coordinator)


def test_sign_certificate_refuses_hours_without_a_compensation(cast, certificate, activity):
    make_attendance_day(activity.participation, "2017-02-06", 3, activity=activity, compensation=None)

    with pytest.raises(ValidationError):
        sign(certificate, Step.PARTICIPANT, cast.coordinator)


def test_nobody_approves_what_she_certified_herself(cast, certificate):
    sign(certificate, Step.PARTICIPANT, cast.coordinator)
    sign(certificate, Step.SUPERVISOR, cast.project_office)

    with pytest.raises(ValidationError):
        sign(certificate, Step.OFFICE, cast.project_office)


def test_certified_on_paper_names_who_signed_there(cast, certificate):
    sign(certificate, Step.PARTICIPANT, cast.coordinator, is_on_paper=True, evidence="Pärm 3")
    with pytest.raises(ValidationError):
        sign(certificate, Step.SUPERVISOR, cast.coordinator, is_on_paper=True)
    sign(certificate, Step.SUPERVISOR, cast.coordinator, is_on_paper=True, name="Lo Berg", organisation="Bageriet")

    signature = certificate.signatures.get(step=Step.SUPERVISOR)
    assert (signature.name, signature.organisation, signature.recorded_by) == ("Lo Berg", "Bageriet", cast.coordinator)


@pytest.mark.parametrize("until", [Step.PARTICIPANT, Step.OFFICE, Step.LOCK])
def test_change_after_a_signature_makes_a_new_version_and_keeps_the_old(cast, certificate, activity, until):
    signed = sign_all(certificate, cast, until)
    rows, hours = signed.rows, signed.hours

    actions.record_attendance(entries=[entry(activity, text="8", was="6")], by=cast.coordinator)

    signed.refresh_from_db()
    assert (signed.rows, signed.hours, signed.is_replaced) == (rows, hours, True)
    assert certificates.is_intact(signed)
    new = AttendanceCertificate.objects.current().get()
    assert (new.version, new.state) == (2, State.DRAFT)


def test_locked_hours_hold_until_the_new_version_is_locked(cast, certificate, activity):
    old = sign_all(certificate, cast)
    actions.record_attendance(entries=[entry(activity, text="8", was="6")], by=cast.coordinator)
    old.refresh_from_db()
    assert old.counts
    assert HoursMonth.objects.get().hours == Decimal("11.5")

    new = sign_all(AttendanceCertificate.objects.current().get(), cast)

    old.refresh_from_db()
    assert (old.counts, new.counts) == (False, True)
    assert HoursMonth.objects.get().hours == new.hours == Decimal("13.5")


def test_replaced_version_is_signed_no_more(cast, certificate, activity):
    old = sign_all(certificate, cast, Step.PARTICIPANT)
    actions.record_attendance(entries=[entry(activity, text="8", was="6")], by=cast.coordinator)

    with pytest.raises(ValidationError):
        sign(old, Step.SUPERVISOR, cast.supervisor)


def test_return_certificate_lets_the_signatures_fall(cast, certificate):
    signed = sign_all(certificate, cast, Step.SUPERVISOR)

    draft = actions.return_certificate(certificate=signed, reason="Den 2 var hon sjuk", by=cast.project_office)

    assert (draft.version, draft.state, draft.reason) == (2, State.DRAFT, "Den 2 var hon sjuk")
    with pytest.raises(ValidationError):
        actions.return_certificate(certificate=signed, reason="Igen", by=cast.project_office)


def test_record_hours_refuses_a_month_that_is_locked(cast, certificate):
    sign_all(certificate, cast)

    with pytest.raises(ValidationError):
        actions.record_hours(
            participation=certificate.participation, month=FEBRUARY, hours=Decimal(1), by=cast.coordinator
        )
    assert HoursMonth.objects.get().hours == Decimal("11.5")


def test_hours_are_rounded_down_only_where_the_installation_says_so(cast, certificate, settings):
    settings.HOURS_ROUNDED_DOWN = True

    locked = sign_all(certificate, cast)

    assert locked.hours == HoursMonth.objects.get().hours == 11


def test_tampered_copy_is_found(cast, certificate):
    signed = sign_all(certificate, cast, Step.PARTICIPANT)
    rows = [{**signed.rows[0], "hours": "24.00"}, *signed.rows[1:]]
    AttendanceCertificate.objects.filter(pk=signed.pk).update(rows=rows)

    assert not certificates.is_intact(AttendanceCertificate.objects.get(pk=signed.pk))


# --- The certificate's pages ------------------------------------------------------------------------


def test_attendance_certificate_is_printed_with_all_that_the_form_asks(as_coordinator, certificate):
    page = as_coordinator.get(path("attendance_certificate", certificate.participation_id, certificate.pk))

    text = page.content.decode()
    for words in ("2015/00254", "Grundsteget", "Anna Åkesson", "Kooperativet Provbageriet", 'class="eu"'):
        assert words in text


def test_attendance_certificate_prints_no_place_of_a_protected_person(as_coordinator, certificate):
    Participant.objects.update(protection=Participant.Protection.PROTECTED_REGISTRATION)
    person = certificate.participation_id
    as_coordinator.post(path("protection_reason", person), {"reason": "Ska skriva ut intyget"})

    text = as_coordinator.get(path("attendance_certificate", person, certificate.pk)).content.decode()

    assert "G-001" in text
    assert "Provbageriet" not in text
    assert "Åkesson" not in text


def test_attendance_certificate_signs_through_the_form_once(as_coordinator, certificate):
    address = path("attendance_certificate", certificate.participation_id, certificate.pk)
    values = form_of(as_coordinator.get(address), address, holding="steg-seen")["values"]
    values["steg-how"] = "papper"

    assert [as_coordinator.post(address, values).status_code for _ in range(2)] == [302, 302]
    certificate.refresh_from_db()
    assert certificate.state == State.SIGNED


def test_attendance_certificate_lets_only_the_right_person_take_the_step(cast, certificate, log_in):
    sign_all(certificate, cast, Step.SUPERVISOR)
    address = path("attendance_certificate", certificate.participation_id, certificate.pk)

    assert log_in(cast.coordinator).post(address, {"steg-step": "kontor"}).status_code == 403
    assert log_in(cast.project_office).post(address, {"steg-step": "kontor"}).status_code == 302


def test_supervisor_certifies_the_people_placed_with_her(cast, certificate, log_in):
    make_consent(certificate.participation, cast.enterprise.organisation)
    sign_all(certificate, cast, Step.PARTICIPANT)
    client = log_in(cast.supervisor)

    answer = client.post(f"{BOARD}?manad=2017-02&visa=signerat", {"intyg": certificate.pk})

    assert answer.status_code == 302
    certificate.refresh_from_db()
    assert certificate.state == State.CERTIFIED


def test_attendance_certificates_count_and_list_agree(as_project_office, cast, certificate, project):
    for number in range(3):
        make_attendance_day(make_participation(project=project, last_name=f"Namn{number}"))
    sign_all(certificate, cast, Step.PARTICIPANT)

    page = as_project_office.get(f"{BOARD}?manad=2017-02&visa=utkast")

    counts = {line["month"]: dict(line["counts"]) for line in page.context["board"]}[FEBRUARY]
    assert (counts[State.DRAFT], counts[State.SIGNED]) == (3, 1)
    assert len(page.context["rows"]) == 3


def test_attendance_certificates_ask_as_often_for_1_as_for_25(as_project_office, certificate, project):
    address = f"{BOARD}?manad=2017-02&visa=utkast"
    as_project_office.get(address)
    one = queries(as_project_office, "get", address)
    for _ in range(24):
        make_attendance_day(make_participation(project=project))

    assert queries(as_project_office, "get", address) == one


def test_board_names_nobody_to_whom_consent_was_not_given(cast, certificate, log_in):
    assert "Åkesson" not in log_in(cast.supervisor).get(f"{BOARD}?manad=2017-02&visa=utkast").content.decode()
    assert log_in(cast.caseworker).get(BOARD).status_code == 403


def test_participation_detail_shows_the_months_attendance_and_certificate(as_coordinator, certificate):
    page = as_coordinator.get(path("participation_detail", certificate.participation_id), {"flik": "aktiviteter"})

    line = page.context["months"][0]
    assert (line["month"], line["attended"], line["certificate"]) == (FEBRUARY, Decimal("11.5"), certificate)
    assert path("attendance_certificate", certificate.participation_id, certificate.pk) in page.content.decode()
