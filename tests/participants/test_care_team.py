"""The network: places with a beginning and an end, one lead whose moves are agreed, and looks that are recorded."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from participants import actions
from participants.models import CareTeamMember, LeadTransfer, Participant, Participation
from partners.models import AccessLog, User
from tests import factories
from tests.factories import Role, make_care_team_member, make_consent, make_lead_transfer, make_user


def path(name, *args):
    return reverse(f"participants:{name}", args=args)


def place_of(participation, user) -> CareTeamMember:
    return participation.care_team.get(user=user, ended_on=None)


@pytest.fixture
def colleague(cast) -> User:
    return make_user("Kajsa Kollega", cast.owner, Role.COORDINATOR)


def protect(participation):
    Participant.objects.filter(pk=participation.participant_id).update(protection=Participant.Protection.SECRECY_FLAG)
    participation.participant.refresh_from_db()


# --- Places ---------------------------------------------------------------------------------------


def test_add_care_team_member_twice_adds_one(cast, participation):
    for _ in range(2):
        actions.add_care_team_member(
            participation=participation, user=cast.caseworker, organisation=cast.social_services, by=cast.coordinator
        )

    assert place_of(participation, cast.caseworker).started_on.isoformat() == "2017-03-15"


def test_nobody_gets_a_place_that_opens_what_she_may_not_read(cast, participation):
    with pytest.raises(ValidationError):
        actions.add_care_team_member(
            participation=participation,
            user=cast.employment_officer,
            organisation=cast.employment_service,
            by=cast.coordinator,
        )


def test_form_offers_own_team_and_consented_organisations_only(cast, participation, as_coordinator):
    page = as_coordinator.get(path("care_team_create", participation.pk)).content.decode()

    assert "Sara Socialsekreterare" in page
    assert "Petra Projektkontor" in page
    for stranger in ("Arne", "Frank", "Vera", "Stig", "Ada"):
        assert stranger not in page


def test_network_of_a_protected_person_is_widened_by_grant_only(cast, participation, colleague):
    protect(participation)
    with pytest.raises(ValidationError):
        actions.add_care_team_member(
            participation=participation, user=colleague, organisation=cast.owner, by=cast.coordinator
        )


def test_end_care_team_member_closes_a_protected_person_at_once(cast, participation, colleague):
    make_care_team_member(participation, colleague)
    protect(participation)
    assert Participation.objects.visible_to(colleague).exists()

    actions.end_care_team_member(member=place_of(participation, colleague), reason="Byter uppdrag", by=cast.coordinator)

    assert not Participation.objects.visible_to(colleague).exists()
    ended = participation.care_team.get(user=colleague)
    assert (ended.ended_on.isoformat(), ended.end_reason) == ("2017-03-14", "Byter uppdrag")


def test_lead_worker_hands_over_before_leaving(cast, participation):
    with pytest.raises(ValidationError):
        actions.end_care_team_member(
            member=place_of(participation, cast.coordinator), reason="Slutar", by=cast.coordinator
        )


def test_everybody_may_leave_but_end_nobody_else(cast, participation, as_caseworker):
    own = make_care_team_member(participation, cast.caseworker)
    other = place_of(participation, cast.coordinator)

    assert as_caseworker.post(path("care_team_end", participation.pk, other.pk), {"reason": "?"}).status_code == 403
    assert as_caseworker.post(path("care_team_end", participation.pk, own.pk), {"reason": "Klart"}).status_code == 302
    assert not participation.care_team.filter(user=cast.caseworker, ended_on=None).exists()


def test_leaving_lists_what_is_still_to_do(cast, participation, as_coordinator):
    factories.make_journal_entry(participation, cast.coordinator, next_step="Ringa läraren", next_step_on="2017-03-20")
    page = as_coordinator.get(path("lead_offer", participation.pk)).content.decode()
    assert "Ringa läraren" in page


def test_network_tab_shows_the_ended_greyed(cast, participation, as_coordinator):
    make_care_team_member(participation, cast.caseworker, ended_on="2016-09-30", end_reason="Bytte jobb")

    page = as_coordinator.get(path("participation_detail", participation.pk), {"flik": "natverk"}).content.decode()

    assert "Bytte jobb" in page
    assert "Karin Koordinator" in page


# --- Phone and mail -------------------------------------------------------------------------------


def test_contact_is_shown_on_request_and_recorded(cast, participation, as_coordinator):
    User.objects.filter(pk=cast.caseworker.pk).update(phone="031-3900100")
    member = make_care_team_member(participation, cast.caseworker)
    for tab in ("oversikt", "natverk", "tidslinje"):
        page = as_coordinator.get(path("participation_detail", participation.pk), {"flik": tab}).content.decode()
        assert "031-3900100" not in page
        assert cast.caseworker.email not in page

    shown = as_coordinator.post(path("care_team_contact", participation.pk, member.pk)).content.decode()

    assert "031-3900100" in shown
    look = AccessLog.objects.order_by("-pk").first()
    assert (look.fields_class, look.participations, look.object_ref) == (
        "contact",
        [participation.pk],
        f"care team {member.pk}",
    )


def test_contact_as_a_fragment(cast, participation, as_coordinator):
    member = make_care_team_member(participation, cast.caseworker)
    address = path("care_team_contact", participation.pk, member.pk)

    shown = as_coordinator.post(address, headers={"HX-Request": "true"}).content.decode()

    assert cast.caseworker.email in shown
    assert "<html" not in shown


# --- Access for a time ----------------------------------------------------------------------------


def test_grant_access_ends_by_itself(cast, participation, colleague, on_day):
    protect(participation)

    actions.grant_access(
        participation=participation,
        user=colleague,
        organisation=cast.owner,
        until=factories.day("2017-03-31"),
        reason="Vikarie för Karin",
        by=cast.project_office,
    )

    assert Participation.objects.visible_to(colleague).exists()
    on_day("2017-03-31")
    assert Participation.objects.visible_to(colleague).exists()
    on_day("2017-04-01")
    assert not Participation.objects.visible_to(colleague).exists()


@pytest.mark.parametrize(
    ("until", "reason"), [("2017-03-14", "Vikarie"), ("2017-09-16", "Vikarie"), ("2017-03-31", "  ")]
)
def test_grant_access_refuses_past_too_long_and_unreasoned(cast, participation, colleague, until, reason):
    with pytest.raises(ValidationError):
        actions.grant_access(
            participation=participation,
            user=colleague,
            organisation=cast.owner,
            until=factories.day(until),
            reason=reason,
            by=cast.project_office,
        )


def test_grant_gives_a_partner_without_consent_nothing(cast, participation):
    with pytest.raises(ValidationError):
        actions.grant_access(
            participation=participation,
            user=cast.employment_officer,
            organisation=cast.employment_service,
            until=factories.day("2017-03-31"),
            reason="Bråttom",
            by=cast.project_office,
        )


def test_grant_without_reason_or_end_is_impossible(cast, participation, colleague):
    for half in ({"granted_by": cast.project_office}, {"grant_reason": "Vikarie", "ended_on": "2017-03-31"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_care_team_member(participation, colleague, **half)


def test_care_team_grant_page(cast, participation, colleague, as_project_office, as_coordinator):
    address = path("care_team_grant", participation.pk)
    words = {"member": colleague.memberships.get().pk, "until": "2017-03-31", "reason": "Vikarie"}

    assert as_coordinator.post(address, words).status_code == 403
    assert as_project_office.post(address, words).status_code == 302
    place = participation.care_team.get(user=colleague)
    assert (place.granted_by, place.is_temporary) == (cast.project_office, True)


# --- The lead -------------------------------------------------------------------------------------


def offer(cast, participation, to, **fields) -> LeadTransfer:
    return actions.offer_lead(
        participation=participation, user=to, organisation=cast.owner, by=cast.coordinator, **fields
    )


def leads(participation):
    return [
        (row.user.name, row.started_on.isoformat(), row.ended_on and row.ended_on.isoformat())
        for row in participation.care_team.filter(is_lead=True).order_by("started_on", "pk")
    ]


def test_lead_moves_when_the_receiver_accepts(cast, participation, colleague):
    transfer = offer(cast, participation, colleague)
    assert leads(participation) == [("Karin Koordinator", "2016-03-01", None)]

    for _ in range(2):
        actions.accept_lead(transfer=transfer, by=colleague)

    assert leads(participation) == [
        ("Karin Koordinator", "2016-03-01", "2017-03-14"),
        ("Kajsa Kollega", "2017-03-15", None),
    ]
    assert Participation.objects.with_card().get().lead_name == "Kajsa Kollega"


def test_lead_taken_over_on_the_day_it_began_has_one_holder(cast, participation, colleague):
    actions.accept_lead(transfer=offer(cast, participation, colleague), by=colleague)
    back = actions.offer_lead(
        participation=participation, user=cast.coordinator, organisation=cast.owner, by=cast.coordinator
    )

    assert back.state == LeadTransfer.State.ACCEPTED
    assert Participation.objects.with_card().get().lead_name == "Karin Koordinator"


def test_former_lead_may_stay(cast, participation, colleague):
    actions.accept_lead(transfer=offer(cast, participation, colleague, is_staying=True), by=colleague)

    assert not place_of(participation, cast.coordinator).is_lead


def test_member_who_becomes_lead_has_one_open_place(cast, participation, colleague):
    make_care_team_member(participation, colleague)

    actions.accept_lead(transfer=offer(cast, participation, colleague), by=colleague)

    assert place_of(participation, colleague).is_lead


def test_decline_lead_needs_a_reason_and_changes_nothing(cast, participation, colleague):
    transfer = offer(cast, participation, colleague)
    with pytest.raises(ValidationError):
        actions.decline_lead(transfer=transfer, reason=" ", by=colleague)

    actions.decline_lead(transfer=transfer, reason="Har redan trettio", by=colleague)

    assert leads(participation) == [("Karin Koordinator", "2016-03-01", None)]


def test_nobody_accepts_for_somebody_else(cast, participation, colleague):
    transfer = offer(cast, participation, colleague)

    with pytest.raises(ValidationError):
        actions.accept_lead(transfer=transfer, by=cast.project_office)


def test_lead_is_offered_to_one_at_a_time(cast, participation, colleague):
    assert offer(cast, participation, colleague) == offer(cast, participation, colleague)
    with pytest.raises(ValidationError):
        offer(cast, participation, cast.project_office)


def test_lead_of_a_protected_person_goes_to_her_circle_only(cast, participation, colleague):
    protect(participation)

    with pytest.raises(ValidationError):
        offer(cast, participation, colleague)

    make_care_team_member(participation, colleague)
    assert offer(cast, participation, colleague).state == LeadTransfer.State.OFFERED


def test_lead_answer_page(cast, participation, colleague, log_in):
    transfer = make_lead_transfer(participation, cast.coordinator, colleague)
    browser = log_in(colleague)
    address = path("lead_answer", participation.pk, transfer.pk)

    assert address in browser.get(path("today")).content.decode()
    assert browser.post(address, {"decline": "1"}).status_code == 422
    assert browser.post(address, {"submitted": "1"}).status_code == 302
    assert place_of(participation, colleague).is_lead
    assert address not in browser.get(path("today")).content.decode()


def test_offer_may_be_taken_back(cast, participation, colleague, as_coordinator):
    transfer = make_lead_transfer(participation, cast.coordinator, colleague)

    as_coordinator.post(path("lead_answer", participation.pk, transfer.pk), {"submitted": "1"})

    transfer.refresh_from_db()
    assert transfer.state == LeadTransfer.State.WITHDRAWN
    with pytest.raises(ValidationError):
        actions.accept_lead(transfer=transfer, by=colleague)


def test_consent_to_the_partner_is_what_lets_its_people_follow(cast, participation):
    make_consent(participation, cast.adult_education)
    actions.add_care_team_member(
        participation=participation, user=cast.teacher, organisation=cast.adult_education, by=cast.coordinator
    )
    assert place_of(participation, cast.teacher)
