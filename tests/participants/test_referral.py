"""Referrals: sent with consent or on somebody's own name, answered once, forgotten by nobody, told to nobody else."""

import re
import uuid

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions, tasks
from participants.models import (
    Activity,
    Consent,
    DeclineReason,
    Participant,
    Participation,
    Referral,
    ReferralEvent,
    ReferralLink,
)
from partners.models import AccessLog
from tests import factories
from tests.factories import make_consent, make_participation, make_referral

State = Referral.State


def path(name, *args):
    return reverse(f"participants:{name}", args=args)


@pytest.fixture
def sent(cast, participation) -> Referral:
    """From the coordinator to the social services, to which Anna consents."""
    return make_referral(participation, cast.coordinator, cast.social_services)


def draft(cast, participation, to) -> Referral:
    return make_referral(participation, cast.coordinator, to, sent_on=None)


def answers(**changes):
    return {"reason": "", "suggested_to": "", "note": "", "submission": str(uuid.uuid4()), **changes}


# --- Sending --------------------------------------------------------------------------------------


def test_send_referral_with_consent(cast, participation):
    referral = draft(cast, participation, cast.social_services)

    actions.send_referral(referral=referral, by=cast.coordinator)

    referral.refresh_from_db()
    assert referral.state == State.SENT
    assert str(referral.answer_by) == "2017-03-29"
    assert referral.overridden_by is None
    assert [event.kind for event in referral.events.all()] == ["sent"]


def test_send_referral_refuses_without_consent(cast, participation):
    referral = draft(cast, participation, cast.employment_service)

    with pytest.raises(ValidationError):
        actions.send_referral(referral=referral, by=cast.coordinator)

    referral.refresh_from_db()
    assert referral.state == State.DRAFT


def test_send_referral_refuses_consent_to_something_else(cast, participation):
    make_consent(participation, cast.employment_service, purpose=Consent.Purpose.PUBLICITY)

    with pytest.raises(ValidationError):
        actions.send_referral(referral=draft(cast, participation, cast.employment_service), by=cast.coordinator)


def test_send_referral_on_a_named_persons_decision(cast, participation):
    referral = draft(cast, participation, cast.employment_service)

    actions.send_referral(referral=referral, override_reason="10 kap. 27 § OSL", by=cast.project_office)

    referral.refresh_from_db()
    assert referral.overridden_by == cast.project_office
    assert referral.events.filter(kind="overridden", by=cast.project_office, note="10 kap. 27 § OSL").exists()
    assert Referral.objects.received_by(cast.employment_officer).get() == referral


def test_send_referral_keeps_no_override_where_consent_is_enough(cast, participation):
    referral = draft(cast, participation, cast.social_services)

    actions.send_referral(referral=referral, override_reason="För säkerhets skull", by=cast.project_office)

    assert Referral.objects.get().overridden_by is None


def test_send_referral_twice_sends_once(cast, participation):
    referral = draft(cast, participation, cast.social_services)

    for _ in range(2):
        actions.send_referral(referral=referral, by=cast.coordinator)

    assert referral.events.filter(kind="sent").count() == 1


def test_write_referral_twice_from_one_form_writes_one(cast, participation):
    words = {
        "participation": participation,
        "from_organisation": cast.owner,
        "to_organisation": cast.social_services,
        "purpose": "guidance",
        "message": "Kan ni hjälpa?",
        "submission": uuid.uuid4(),
        "by": cast.coordinator,
    }

    assert actions.write_referral(**words) == actions.write_referral(**words)
    with pytest.raises(ValidationError):
        actions.write_referral(**words | {"submission": uuid.uuid4()})


def test_another_partners_referral_is_no_hint(cast, participation):
    """That somebody else has asked the same partner is not said to whoever may not see it."""
    make_consent(participation, cast.adult_education)
    make_referral(participation, cast.caseworker, cast.adult_education)

    mine = draft(cast, participation, cast.adult_education)

    actions.send_referral(referral=mine, by=cast.coordinator)
    assert Referral.objects.filter(state=State.SENT).count() == 2


def test_send_referral_of_protected_person_needs_somebody_in_her_circle(cast, participation):
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)
    referral = draft(cast, participation, cast.social_services)

    with pytest.raises(ValidationError):
        actions.send_referral(referral=referral, by=cast.coordinator)

    factories.make_care_team_member(participation, cast.caseworker)
    actions.send_referral(referral=referral, by=cast.coordinator)
    colleague = factories.make_user("Kim Kollega", cast.social_services, factories.Role.CASEWORKER)
    assert Referral.objects.received_by(cast.caseworker).exists()
    assert not Referral.objects.received_by(colleague).exists()


# --- Who sees it ----------------------------------------------------------------------------------


def test_visible_to_sender_receiver_and_owner_only(cast, sent):
    make_consent(sent.participation, cast.adult_education)  # may read about Anna, yet was not asked

    seen = {
        role
        for role in factories.Cast.ROLES
        if Referral.objects.visible_to(getattr(cast, role)).filter(pk=sent.pk).exists()
    }

    assert seen == {"coordinator", "project_office", "caseworker"}


def test_draft_is_seen_at_home_only(cast, participation):
    draft(cast, participation, cast.social_services)

    assert Referral.objects.visible_to(cast.coordinator).exists()
    assert not Referral.objects.visible_to(cast.caseworker).exists()


def test_consent_withdrawn_closes_list_page_answer_and_link(
    cast, sent, as_caseworker, django_capture_on_commit_callbacks
):
    actions.mail_referral(sent.pk)
    token = mailed_token()
    assert as_caseworker.get(path("referral_answer", sent.pk)).status_code == 200

    Consent.objects.update(withdrawn_on="2017-03-15")

    assert "Åkesson" not in as_caseworker.get(path("referral_list")).content.decode()
    assert as_caseworker.get(path("referral_detail", sent.pk)).status_code == 404
    assert as_caseworker.post(path("referral_answer", sent.pk), answers(answer="take")).status_code == 404
    assert as_caseworker.get(path("referral_link", token)).status_code == 404
    with pytest.raises(ValidationError):
        actions.take_referral(referral=sent, by=cast.caseworker)


def test_override_lets_see_the_referral_and_not_the_participants_page(cast, participation, log_in):
    referral = draft(cast, participation, cast.employment_service)
    actions.send_referral(referral=referral, override_reason="Beslut", by=cast.project_office)
    officer = log_in(cast.employment_officer)

    assert officer.get(path("referral_detail", referral.pk)).status_code == 200
    assert officer.post(path("referral_answer", referral.pk), answers(answer="take")).status_code == 302

    assert not Participation.objects.visible_to(cast.employment_officer).exists()
    assert officer.get(path("referral_detail", referral.pk)).status_code == 200


def test_declined_under_an_override_is_closed_to_the_receiver(cast, participation, log_in):
    referral = draft(cast, participation, cast.employment_service)
    actions.send_referral(referral=referral, override_reason="Beslut", by=cast.project_office)
    officer = log_in(cast.employment_officer)

    response = officer.post(path("referral_answer", referral.pk), answers(answer="decline", reason="ingen_plats"))

    assert response["Location"] == path("referral_list")
    assert officer.get(path("referral_detail", referral.pk)).status_code == 404


def test_receiver_who_may_not_open_the_page_sees_name_code_and_message_only(cast, participation, log_in):
    """The supervisor sees those placed with her; of somebody referred to her she sees what she needs to decide."""
    make_consent(participation, cast.enterprise.organisation)
    Participant.objects.update(phone="070-1740605", municipality="Kungsbacka")
    referral = make_referral(participation, cast.coordinator, cast.enterprise.organisation)
    supervisor = log_in(cast.supervisor)

    body = supervisor.get(path("referral_answer", referral.pk)).content.decode()

    assert "Anna Åkesson" in body
    assert referral.message in body
    assert "070-1740605" not in body
    assert "Kungsbacka" not in body
    assert supervisor.get(path("participation_detail", participation.pk)).status_code == 404
    assert "Anna Åkesson" in supervisor.get(path("today")).content.decode()


def test_referral_detail_is_in_the_read_log(cast, sent, as_caseworker):
    as_caseworker.get(path("referral_detail", sent.pk))
    as_caseworker.get(path("referral_list"))

    looks = AccessLog.objects.filter(actor=cast.caseworker).order_by("pk")
    assert all(row.participations == [sent.participation_id] for row in looks)
    assert [(row.action, row.view) for row in looks] == [
        ("view", "participants:referral_detail"),
        ("list", "participants:referral_list"),
    ]


@pytest.mark.parametrize("tab", ["att-besvara", "skickade", "avslutade"])
def test_referral_list_asks_as_often_for_one_as_for_many(cast, as_coordinator, tab):
    def refer() -> None:
        person = make_participation(project=cast.project, consent_to=[cast.social_services])
        make_referral(person, cast.caseworker, cast.owner)
        make_referral(person, cast.coordinator, cast.social_services)
        make_referral(person, cast.coordinator, cast.adult_education, state=State.WITHDRAWN)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_coordinator.get(path("referral_list"), {"flik": tab}).status_code == 200
        return len(captured)

    refer()
    queries()
    few = queries()
    for _ in range(5):
        refer()

    assert queries() == few


# --- Answering ------------------------------------------------------------------------------------


def test_take_referral_puts_the_taker_into_the_network(cast, sent):
    actions.take_referral(referral=sent, note="Välkommen", by=cast.caseworker)

    sent.refresh_from_db()
    place = sent.participation.care_team.get(user=cast.caseworker)
    assert (sent.state, sent.answered_by) == (State.TAKEN, cast.caseworker)
    assert (place.organisation, place.is_lead, place.ended_on) == (cast.social_services, False, None)


def test_taken_by_an_enterprise_the_first_day_opens_the_page(cast, participation, log_in):
    make_consent(participation, cast.enterprise.organisation)
    referral = make_referral(participation, cast.coordinator, cast.enterprise.organisation)
    supervisor = log_in(cast.supervisor)

    response = supervisor.post(
        path("referral_answer", referral.pk),
        answers(answer="take", activity_on="2017-03-15", activity_kind="arbetstraning"),
    )

    assert response.status_code == 302
    activity = Activity.objects.get()
    assert (activity.enterprise, activity.recorded_by) == (cast.enterprise, cast.supervisor)
    assert supervisor.get(path("participation_detail", participation.pk)).status_code == 200


def test_taking_with_an_impossible_first_day_takes_nothing(cast, participation):
    make_consent(participation, cast.enterprise.organisation)
    referral = make_referral(participation, cast.coordinator, cast.enterprise.organisation)

    with pytest.raises(ValidationError):
        actions.take_referral(
            referral=referral,
            activity_kind="arbetstraning",
            activity_on=factories.day("2015-01-01"),
            by=cast.supervisor,
        )

    referral.refresh_from_db()
    assert referral.state == State.SENT
    assert not participation.care_team.filter(user=cast.supervisor).exists()


def test_decline_needs_a_reason_that_is_in_use(cast, sent, as_caseworker):
    retired = factories.make_decline_reason("gammal", retired_on="2017-01-31")
    address = path("referral_answer", sent.pk)

    assert as_caseworker.post(address, answers(answer="decline")).status_code == 422
    assert as_caseworker.post(address, answers(answer="decline", reason=retired.pk)).status_code == 422
    assert as_caseworker.post(address, answers(answer="decline", reason="ingen_plats")).status_code == 302

    sent.refresh_from_db()
    assert sent.decline_reason_id == "ingen_plats"


def test_retired_reason_stays_readable(cast, sent, as_coordinator):
    reason = factories.make_decline_reason("gammal", name_sv="En gammal orsak")
    actions.decline_referral(referral=sent, reason=reason, by=cast.caseworker)
    DeclineReason.objects.filter(pk="gammal").update(retired_on="2017-03-01")

    assert str(reason) in as_coordinator.get(path("referral_detail", sent.pk)).content.decode()


def test_pass_on_suggests_and_the_sender_decides(cast, sent, as_caseworker, as_coordinator):
    address = path("referral_answer", sent.pk)
    assert as_caseworker.post(address, answers(answer="pass_on")).status_code == 422

    as_caseworker.post(address, answers(answer="pass_on", suggested_to=cast.adult_education.pk))

    sent.refresh_from_db()
    assert (sent.state, sent.suggested_to) == (State.DECLINED, cast.adult_education)
    assert Referral.objects.count() == 1
    page = as_coordinator.get(path("referral_detail", sent.pk)).content.decode()
    assert f"?till={cast.adult_education.pk}" in page


def test_ask_more_reply_and_take(cast, sent, on_day):
    actions.ask_more(referral=sent, note="Vilken dag?", by=cast.caseworker)
    with pytest.raises(ValidationError):
        actions.take_referral(referral=sent, by=cast.caseworker)
    on_day("2017-03-20")
    actions.reply_to_referral(referral=sent, note="Tisdag", by=cast.coordinator)

    sent.refresh_from_db()
    assert (sent.state, sent.answered_by, str(sent.answer_by)) == (State.SENT, None, "2017-04-03")
    actions.take_referral(referral=sent, by=cast.caseworker)
    assert [event.kind for event in sent.events.all()] == ["more_asked", "replied", "taken"]


def test_answer_sent_twice_is_one_answer(cast, sent, as_caseworker):
    same = answers(answer="ask", note="Vilken dag?")

    for _ in range(2):
        assert as_caseworker.post(path("referral_answer", sent.pk), same).status_code == 302

    assert ReferralEvent.objects.filter(kind="more_asked").count() == 1


def test_second_answer_by_a_colleague_is_refused(cast, sent):
    colleague = factories.make_user("Kim Kollega", cast.social_services, factories.Role.CASEWORKER)
    actions.take_referral(referral=sent, by=cast.caseworker)

    with pytest.raises(ValidationError):
        actions.decline_referral(referral=sent, reason=DeclineReason.objects.get(pk="ingen_plats"), by=colleague)


def test_withdraw_referral_ends_the_links(cast, sent, as_caseworker):
    actions.mail_referral(sent.pk)
    token = mailed_token()

    actions.withdraw_referral(referral=sent, note="Behövs inte", by=cast.coordinator)

    assert as_caseworker.get(path("referral_link", token)).status_code == 404
    with pytest.raises(ValidationError):
        actions.take_referral(referral=sent, by=cast.caseworker)


# --- The database itself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "half",
    [
        {"state": "sent", "sent_on": None},
        {"state": "draft"},
        {"state": "taken"},
        {"state": "declined"},
        {"answer_by": "2017-03-01"},
        {"override_reason": "utan namn"},
        {"decline_reason_id": "ingen_plats"},
        {"acknowledged_at": "2017-03-15T10:00:00Z"},
    ],
)
def test_half_states_are_impossible(sent, half):
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=sent.pk).update(**half)


# --- Mail, links, expiry --------------------------------------------------------------------------


def mailed_token() -> str:
    return str(mail.outbox[-1].body).split("/hanvisningar/svar/")[1].split("/")[0]


def test_mail_names_nobody_and_is_sent_once_for_each_day_that_is_due(cast, sent, on_day):
    for day, expected in [
        ("2017-03-15", 1),
        ("2017-03-19", 1),
        ("2017-03-20", 2),
        ("2017-03-25", 3),
        ("2017-03-27", 3),
    ]:
        on_day(day)
        tasks.remind_referrals()
        tasks.remind_referrals()
        assert len(mail.outbox) == expected, day

    for message in mail.outbox:
        assert message.to == [cast.caseworker.email]
        for secret in ("Åkesson", "Anna", "G-001", sent.message, "Coompanion"):
            assert secret not in message.subject + message.body


def test_token_is_not_stored(cast, sent):
    actions.mail_referral(sent.pk)

    token = mailed_token()
    assert token not in repr(list(ReferralLink.objects.values_list()))


def test_newer_link_kills_the_older_one(cast, sent, on_day, as_caseworker):
    actions.mail_referral(sent.pk)
    old = mailed_token()
    on_day("2017-03-20")
    actions.mail_referral(sent.pk)
    new = mailed_token()

    assert as_caseworker.get(path("referral_link", old)).status_code == 404
    assert as_caseworker.get(path("referral_link", new)).status_code == 200


def test_link_opens_once_for_its_owner_after_log_in(cast, sent, as_caseworker, as_coordinator, client, log_in):
    actions.mail_referral(sent.pk)
    address = path("referral_link", mailed_token())
    colleague = log_in(factories.make_user("Kim Kollega", cast.social_services, factories.Role.CASEWORKER))

    assert client.get(address)["Location"].startswith(reverse("account_login"))
    assert colleague.get(address).status_code == as_coordinator.get(address).status_code == 404
    assert as_caseworker.get(address).status_code == as_caseworker.get(address).status_code == 200
    assert as_caseworker.post(address)["Location"] == path("referral_answer", sent.pk)
    assert as_caseworker.post(address).status_code == 404
    assert as_caseworker.get(address).status_code == 404


def test_used_and_unknown_links_answer_alike(sent, as_caseworker):
    actions.mail_referral(sent.pk)
    address = path("referral_link", mailed_token())
    as_caseworker.post(address)

    def bare(response):
        return re.sub(r'value="\w+"', "", response.content.decode()).replace(address, "")

    used, unknown = as_caseworker.get(address), as_caseworker.get(path("referral_link", "x" * 43))
    assert bare(used).replace(address, "") == bare(unknown).replace(path("referral_link", "x" * 43), "")


def test_mail_server_down_is_tried_again(cast, sent, monkeypatch):
    def down(*args, **kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("participants.actions.referral.send_mail", down)
        assert actions.remind_referrals() == 0
    assert not ReferralLink.objects.exists()

    assert actions.remind_referrals() == 1
    assert len(mail.outbox) == 1


def test_sending_by_the_page_mails_on_commit(cast, participation, as_coordinator, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        as_coordinator.post(
            path("referral_create", participation.pk),
            {"to_organisation": cast.social_services.pk, "purpose": "guidance", "message": "Kan ni hjälpa?"},
        )

    assert Referral.objects.get().state == State.SENT
    assert [message.to for message in mail.outbox] == [[cast.caseworker.email]]


def test_expire_referrals_closes_what_is_overdue_once(cast, sent, on_day, as_caseworker):
    on_day("2017-03-28")
    with pytest.raises(ValidationError):
        actions.take_referral(referral=sent, by=cast.caseworker)

    assert [actions.expire_referrals() for _ in range(2)] == [1, 0]

    sent.refresh_from_db()
    assert sent.state == State.EXPIRED
    assert sent.events.filter(kind="expired", by=None).count() == 1


def test_expire_referrals_takes_back_what_has_lost_its_consent(cast, sent):
    Consent.objects.update(withdrawn_on="2017-03-15")

    tasks.expire_referrals()
    tasks.expire_referrals()

    sent.refresh_from_db()
    assert sent.state == State.WITHDRAWN
    assert sent.events.count() == 1


# --- Pages of the sender --------------------------------------------------------------------------


def test_referral_create_without_consent_keeps_a_draft_and_says_why(cast, participation, as_coordinator):
    address = path("referral_create", participation.pk)
    words = {"to_organisation": cast.employment_service.pk, "purpose": "measure", "message": "Beslut behövs."}

    response = as_coordinator.post(address, words, follow=True)

    referral = Referral.objects.get()
    assert referral.state == State.DRAFT
    assert response.redirect_chain[-1][0] == path("referral_edit", referral.pk)
    make_consent(participation, cast.employment_service)
    as_coordinator.post(path("referral_edit", referral.pk), words | {"message": "Beslut om stöd behövs."})
    referral.refresh_from_db()
    assert (referral.state, referral.message) == (State.SENT, "Beslut om stöd behövs.")


def test_only_the_project_office_may_do_without_consent(cast, participation, as_coordinator, as_project_office):
    words = {
        "to_organisation": cast.employment_service.pk,
        "purpose": "measure",
        "message": "Beslut behövs.",
        "override_reason": "10 kap. 27 § OSL",
    }

    as_coordinator.post(path("referral_create", participation.pk), words)
    assert Referral.objects.get().state == State.DRAFT
    as_project_office.post(path("referral_edit", Referral.objects.get().pk), words)

    assert Referral.objects.get().overridden_by == cast.project_office


def test_referral_create_saves_a_draft(cast, participation, as_coordinator):
    as_coordinator.post(
        path("referral_create", participation.pk),
        {"to_organisation": cast.social_services.pk, "purpose": "guidance", "message": "Sedan.", "draft": "1"},
    )

    assert Referral.objects.get().state == State.DRAFT


def test_referral_withdraw(cast, sent, as_coordinator):
    assert as_coordinator.post(path("referral_withdraw", sent.pk), {"note": "Fel"}).status_code == 302
    sent.refresh_from_db()
    assert sent.state == State.WITHDRAWN


def test_referral_reply(cast, sent, as_coordinator):
    actions.ask_more(referral=sent, note="Vilken veckodag?", by=cast.caseworker)

    page = as_coordinator.get(path("referral_reply", sent.pk))
    assert "Vilken veckodag?" in page.content.decode()
    assert as_coordinator.post(path("referral_reply", sent.pk), {"note": "Tisdag"}).status_code == 302
    sent.refresh_from_db()
    assert sent.state == State.SENT


def test_today_tells_receiver_and_sender_until_it_is_noted(cast, sent, as_caseworker, as_coordinator):
    assert path("referral_detail", sent.pk) in as_caseworker.get(path("today")).content.decode()
    actions.decline_referral(referral=sent, reason=DeclineReason.objects.get(pk="ingen_plats"), by=cast.caseworker)
    assert path("referral_detail", sent.pk) not in as_caseworker.get(path("today")).content.decode()
    noted = path("referral_acknowledge", sent.pk)
    assert noted in as_coordinator.get(path("today")).content.decode()

    for _ in range(2):
        assert as_coordinator.post(noted, {"from": "today"})["Location"] == path("today")

    assert noted not in as_coordinator.get(path("today")).content.decode()
