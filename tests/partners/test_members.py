"""An organisation's people: added, confirmed, paused, ended, and never left without an administrator."""

import datetime as dt
import re
from smtplib import SMTPServerDisconnected

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from kombu.exceptions import OperationalError

from partners import access, actions, reminders, rules, tasks
from partners.access import Permission
from partners.models import Change, Membership, Partnership, User
from tests.factories import make_membership, make_organisation, make_partnership, make_project, make_user
from tests.filling import fill_in, send


@pytest.fixture
def keeper(cast):
    """The administrator of the social services' people, herself a caseworker."""
    member = cast.caseworker.memberships.get()
    member.is_administrator = True
    member.save()
    return cast.caseworker


@pytest.fixture
def colleague(cast):
    return make_user("Kim Kollega", cast.social_services, "caseworker").memberships.get()


def url(name, *args) -> str:
    return reverse(f"partners:{name}", args=args)


def add(cast, by, role="caseworker", organisation=None, **fields):
    values = {"email": "ny@test.example", "name": "Nina Ny", "is_administrator": False, **fields}
    return actions.add_member(organisation=organisation or cast.social_services, role=role, by=by, **values)


# --- Adding -----------------------------------------------------------------------------------------


def test_member_list_adds_a_person_and_shows_the_link_once(cast, keeper, log_in, client):
    browser, page = log_in(keeper), url("member_list", cast.social_services.pk)
    answer = fill_in(browser, page, email="ny@test.example", name="Nina Ny", role="caseworker")
    link = answer.context["link"]
    assert link in answer.text
    assert link not in browser.get(page).text
    assert not User.objects.get(email="ny@test.example").has_usable_password()
    chosen = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    assert "password1" in chosen.text


def test_add_member_gives_an_existing_account_a_further_role(cast, keeper, log_in, teacher):
    page = url("member_list", cast.social_services.pk)
    answer = fill_in(log_in(keeper), page, email=teacher.email.upper(), role="caseworker")
    assert answer.status_code == 302
    assert teacher.memberships.count() == 2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"email": "ny@test.example", "name": ""}, "A new account needs a name"),
        ({"email": "frank@test.example", "name": ""}, ""),
        ({"email": "soc@test.example"}, "Nobody gives herself a role"),
    ],
)
def test_member_list_says_why_not(cast, keeper, log_in, fields, message):
    browser = log_in(keeper)
    browser.cookies["django_language"] = "en"
    answer = fill_in(browser, url("member_list", cast.social_services.pk), role="caseworker", **fields)
    assert answer.status_code == (422 if message else 302)
    assert message in answer.text


def test_add_member_refuses_the_same_role_twice_and_a_closed_account(cast, keeper, colleague):
    with pytest.raises(ValidationError):
        add(cast, keeper, email=colleague.user.email)
    User.objects.filter(email="frank@test.example").update(is_active=False)
    with pytest.raises(ValidationError):
        add(cast, keeper, email="frank@test.example")


def test_roles_are_those_of_the_kind_of_organisation(cast):
    office, administrator = cast.project_office, cast.administrator
    assert rules.roles_to_give(cast.social_services, office) == ["caseworker", "steering_group"]
    assert rules.roles_to_give(cast.enterprise.organisation, office) == ["supervisor", "steering_group"]
    assert rules.roles_to_give(cast.owner, office) == ["coordinator", "project_office", "steering_group"]
    assert {"administrator", "controller"} <= set(rules.roles_to_give(cast.owner, administrator))
    for role in ("coordinator", "project_office", "controller", "administrator"):
        with pytest.raises(ValidationError):
            add(cast, office, role=role)


def test_added_and_ended_the_same_day_can_come_back(cast, keeper):
    added = add(cast, keeper).membership
    actions.end_membership(membership=added, ended_on=dt.date(2017, 3, 15), by=keeper)
    again = add(cast, keeper).membership
    assert again.pk == added.pk
    assert Membership.objects.ongoing().filter(pk=again.pk).exists()


# --- Who may ------------------------------------------------------------------------------------------


def test_administrator_reaches_her_own_organisation_only(cast, keeper, log_in):
    browser = log_in(keeper)
    assert browser.get(url("member_list", cast.social_services.pk)).status_code == 200
    assert browser.get(url("member_list", cast.social_services_b.pk)).status_code == 403
    alien = make_organisation("Helt utanför")
    assert browser.get(url("organisation_detail", alien.pk)).status_code == 404


def test_project_office_reaches_its_partners_but_no_other_owner(cast, project_office):
    other = make_organisation("Annan ägare")
    second = make_project(other, dnr="2016/99999", name="Annat")
    make_partnership(other, second, "owner")
    make_partnership(other, cast.project, "refers")
    theirs = make_organisation("Deras partner")
    make_partnership(theirs, second, "refers")
    loose = make_organisation("Ännu ingenstans")
    reached = access.of(project_office).reach(Permission.MEMBERS_MANAGE)
    assert {cast.owner, cast.social_services, loose} <= set(reached)
    assert not {other, theirs} & set(reached)


def test_a_member_of_another_organisation_is_not_found_here(cast, keeper, log_in):
    foreign = cast.stranger.memberships.get()
    for name in ("member_end", "member_pause", "member_administrator", "member_link"):
        answer = log_in(keeper).post(url(name, cast.social_services.pk, foreign.pk), {"ended_on": "2017-03-15"})
        assert answer.status_code == 404
    log_in(keeper).post(url("members_confirm", cast.social_services.pk), {"member": foreign.pk})
    assert Membership.objects.filter(pk=foreign.pk, confirmed_on=dt.date(2017, 3, 15)).count() == 1  # as it was made


# --- Never without an administrator -------------------------------------------------------------------


def test_last_administrator_is_not_ended_paused_or_demoted(cast, keeper, log_in):
    member, browser = keeper.memberships.get(), log_in(keeper)
    place = (cast.social_services.pk, member.pk)
    answers = [
        browser.post(url("member_end", *place), {"ended_on": "2017-03-15"}),
        browser.post(url("member_end", *place), {"ended_on": "2017-12-31"}),
        browser.post(url("member_pause", *place)),
        browser.post(url("member_administrator", *place), {"value": "0"}),
    ]
    assert [answer.status_code for answer in answers] == [422] * 4
    assert all(str(keeper) in answer.text for answer in answers)
    member.refresh_from_db()
    assert member.is_administrator
    assert member.ended_on is member.paused_on is None


def test_administration_is_handed_over(cast, keeper, colleague, log_in):
    browser, organisation = log_in(keeper), cast.social_services.pk
    browser.post(url("member_administrator", organisation, colleague.pk), {"value": "1"})
    answer = browser.post(url("member_end", organisation, keeper.memberships.get().pk), {"ended_on": "2017-03-15"})
    assert answer["Location"] == reverse("home")
    assert [one.user for one in rules.administrators(cast.social_services)] == [colleague.user]
    assert browser.get(url("member_list", organisation)).status_code in (403, 404)


def test_role_can_carry_the_administration(cast, project_office):
    member = project_office.memberships.get()
    actions.set_administrator(membership=member, value=True, by=project_office)
    actions.set_administrator(membership=member, value=False, by=project_office)
    assert not Membership.objects.get(pk=member.pk).is_administrator


# --- Ending and pausing bite at once --------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["end", "pause"])
def test_access_ends_at_the_next_request(cast, keeper, colleague, participation, log_in, deed):
    theirs = log_in(colleague.user)
    page = reverse("participants:participation_detail", args=[participation.pk])
    assert theirs.get(page).status_code == 200
    if deed == "end":
        actions.end_membership(membership=colleague, ended_on=dt.date(2017, 3, 15), by=keeper)
    else:
        actions.pause_membership(membership=colleague, by=keeper)
    assert theirs.get(page).status_code == 404


def test_end_membership_in_the_future_keeps_the_rights_until_then(cast, keeper, colleague, on_day):
    actions.end_membership(membership=colleague, ended_on=dt.date(2017, 3, 31), by=keeper)
    assert Membership.objects.ongoing().filter(pk=colleague.pk).exists()
    on_day("2017-04-01")
    assert not Membership.objects.ongoing().filter(pk=colleague.pk).exists()


# --- Every quarter ------------------------------------------------------------------------------------


def test_unconfirmed_people_are_paused_after_the_quarter_and_confirmed_again(cast, keeper, colleague, on_day):
    Membership.objects.update(confirmed_on=dt.date(2017, 3, 15))
    on_day("2017-06-13")
    tasks.pause_unconfirmed()
    assert not Membership.objects.filter(paused_on__isnull=False).exists()
    on_day("2017-06-14")
    tasks.pause_unconfirmed()
    tasks.pause_unconfirmed()
    colleague.refresh_from_db()
    assert colleague.paused_on == dt.date(2017, 6, 14)
    assert rules.administrators(cast.social_services).exists()  # the last one stays, to be able to answer
    assert rules.administrators(cast.owner).count() == 1
    assert actions.confirm_members(organisation=cast.social_services, memberships=[colleague], by=keeper) == 1
    colleague.refresh_from_db()
    assert (colleague.paused_on, colleague.confirmed_on) == (None, dt.date(2017, 6, 14))


def test_reminder_begins_a_fortnight_before(cast, keeper, colleague, on_day):
    Membership.objects.update(confirmed_on=dt.date(2017, 3, 15))
    on_day("2017-05-29")
    assert reminders.reminders_for(keeper) == []
    on_day("2017-05-30")
    (reminder,) = reminders.reminders_for(keeper)
    assert (reminder.count, reminder.due_on, reminder.is_late) == (2, dt.date(2017, 6, 13), False)
    assert reminders.reminders_for(colleague.user) == []


def test_confirm_all_lifts_every_pause(cast, keeper, colleague, log_in, on_day):
    on_day("2017-08-01")
    tasks.pause_unconfirmed()
    browser, page = log_in(keeper), url("member_list", cast.social_services.pk)
    opened = browser.get(page)
    assert opened.context["reminders"][0].paused == 1
    members = [one.pk for one in opened.context["present"]]
    answer = browser.post(url("members_confirm", cast.social_services.pk), {"member": members})
    assert answer["Location"] == page
    assert browser.get(page).context["reminders"] == []
    assert browser.post(url("members_confirm", cast.social_services.pk), {"member": "x"}).status_code == 302


def test_changes_of_people_are_in_the_change_log(cast, keeper, colleague, log_in):
    log_in(keeper).post(url("member_pause", cast.social_services.pk, colleague.pk))
    entry = Change.objects.filter(label="partners.membership", row_id=str(colleague.pk)).first()
    assert entry.actor == keeper
    assert entry.source == "partners:member_pause"
    assert entry.changes["paused_on"] == [None, "2017-03-15"]


# --- The organisation's page and its roles ----------------------------------------------------------------


def test_organisation_detail_names_those_who_work_in_the_partnership(cast, as_coordinator):
    ended = make_membership(make_user("Ebba Borta"), cast.social_services, ended_on=dt.date(2016, 12, 31))
    page = as_coordinator.get(url("organisation_detail", cast.social_services.pk))
    assert "Sara Socialsekreterare" in page.text
    assert ended in page.context["groups"][0].before
    assert not page.context["administers"]
    Partnership.objects.filter(organisation=cast.social_services).update(ended_on=dt.date(2016, 12, 31))
    assert "Sara Socialsekreterare" not in as_coordinator.get(url("organisation_detail", cast.social_services.pk)).text


def test_member_list_takes_the_same_queries_for_many(cast, keeper, log_in, django_assert_max_num_queries):
    browser, page = log_in(keeper), url("member_list", cast.social_services.pk)
    browser.get(page)
    with django_assert_max_num_queries(25) as before:
        browser.get(page)
    for number in range(25):
        make_user(f"Kollega {number}", cast.social_services, "caseworker")
    with django_assert_max_num_queries(25) as after:
        browser.get(page)
    assert len(before) == len(after)


def test_role_is_added_and_ended(cast, as_project_office):
    page = url("role_create", cast.financier.pk)
    answer = fill_in(as_project_office, page, role="buys", started_on="2017-03-01")
    assert answer.status_code == 302
    role = cast.financier.partnerships.get(role="buys")
    again = fill_in(as_project_office, page, role="buys", started_on="2017-03-02")
    outside = fill_in(as_project_office, page, role="sells", started_on="2015-01-01")
    assert (again.status_code, outside.status_code) == (422, 422)
    end = url("role_end", cast.financier.pk, role.pk)
    opened = as_project_office.get(end)
    assert send(as_project_office, opened, end, ended_on="2017-02-01").status_code == 422
    assert send(as_project_office, opened, end, ended_on="2017-03-10").status_code == 302
    owner = cast.owner.partnerships.get(role="owner")
    refused = as_project_office.post(url("role_end", cast.owner.pk, owner.pk), {"ended_on": "2017-03-10"})
    assert refused.status_code == 422


def test_new_link_ends_when_a_password_is_chosen(cast, keeper, log_in):
    member = add(cast, keeper).membership
    page = url("member_link", cast.social_services.pk, member.pk)
    assert log_in(keeper).post(page).context["link"]
    member.user.set_password("en lång fras att minnas")
    member.user.save()
    assert log_in(keeper).post(page).status_code == 422


def test_nobody_gets_the_link_of_somebody_with_other_roles(cast, keeper, log_in):
    """Whoever held it could choose the password and become a coordinator."""
    invited = User.objects.create_user("kommande@test.example", name="Kommande Koordinator")
    make_membership(invited, cast.owner, "coordinator")
    added = add(cast, keeper, email=invited.email)
    assert added.link == ""
    answer = log_in(keeper).post(url("member_link", cast.social_services.pk, added.membership.pk))
    assert answer.status_code == 422
    assert answer.context["link"] == ""
    assert actions.new_password_link(membership=added.membership, by=cast.project_office)


# --- The link by mail (P-29, F26) -------------------------------------------------------------------------


@pytest.fixture
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP = True


def link_in(mail) -> str:
    return re.findall(r"http://127.0.0.1:8000(\S+)", mail.body)[0]


def opens(link: str, client) -> bool:
    return "password1" in client.get(link, follow=True).text


@pytest.fixture
def mail_server_is_down(monkeypatch):
    """`mail_server_is_down.undo()` brings it back."""

    def down(*args, **kwargs):
        raise SMTPServerDisconnected("down")

    with monkeypatch.context() as patch:
        patch.setattr("partners.accounts.send_mail", down)
        yield patch


def test_member_list_mails_the_link_to_the_person_and_shows_it_to_nobody(
    cast, keeper, log_in, client, mail_is_set_up, mailoutbox, django_capture_on_commit_callbacks
):
    browser, page = log_in(keeper), url("member_list", cast.social_services.pk)
    with django_capture_on_commit_callbacks(execute=True):
        answer = fill_in(browser, page, email="ny@test.example", name="Nina Ny", role="caseworker")
    assert answer.status_code == 302
    shown = browser.get(page).text
    (mail,) = mailoutbox
    assert mail.to == ["ny@test.example"]
    assert "Nina" not in mail.subject + mail.body
    assert link_in(mail) not in shown
    assert "ny@test.example" in shown
    assert opens(link_in(mail), client)
    assert User.objects.get(email="ny@test.example").link_wanted_at is None


def test_mailed_link_is_dead_from_the_moment_a_newer_one_is_asked_for(
    cast, keeper, log_in, client, mail_is_set_up, mailoutbox
):
    member = add(cast, keeper).membership
    tasks.mail_password_links()
    again = log_in(keeper).post(url("member_link", cast.social_services.pk, member.pk))
    assert again.status_code == 302
    assert not opens(link_in(mailoutbox[0]), client)
    tasks.mail_password_link(member.user_id)
    assert opens(link_in(mailoutbox[1]), client)


def test_link_waits_for_the_mail_server_and_comes_once(
    cast, keeper, client, mail_is_set_up, mailoutbox, mail_server_is_down
):
    added = add(cast, keeper)
    assert added.is_mailed
    assert not added.link
    links_before = User.objects.get(pk=added.membership.user_id).password_links
    tasks.mail_password_link(added.membership.user_id)
    user = User.objects.get(pk=added.membership.user_id)
    assert (user.link_wanted_at is not None, user.password_links) == (True, links_before)

    mail_server_is_down.undo()
    tasks.mail_password_links()
    tasks.mail_password_links()
    tasks.mail_password_link(user.pk)
    assert len(mailoutbox) == 1
    assert opens(link_in(mailoutbox[0]), client)


@pytest.mark.parametrize("happens", ["a password is chosen", "the account is closed", "a day passes"])
def test_link_that_nobody_needs_is_not_mailed(cast, keeper, mail_is_set_up, mailoutbox, happens):
    user = add(cast, keeper).membership.user
    if happens == "a password is chosen":
        user.set_password("en lång fras att minnas")
    elif happens == "the account is closed":
        user.is_active = False
    else:
        user.link_wanted_at -= dt.timedelta(days=1, seconds=1)
    user.save()
    tasks.mail_password_links()
    assert not mailoutbox
    assert User.objects.get(pk=user.pk).link_wanted_at is None
    assert not User.objects.filter(link_wanted_at__isnull=False).exists()


def test_member_list_answers_at_once_when_the_broker_is_down(
    cast, keeper, log_in, mail_is_set_up, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(**options):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.mail_password_link, "apply_async", refuse)
    page = url("member_list", cast.social_services.pk)
    with django_capture_on_commit_callbacks(execute=True):
        answer = fill_in(log_in(keeper), page, email="ny@test.example", name="Nina Ny", role="caseworker")
    assert answer.status_code == 302
    assert User.objects.get(email="ny@test.example").link_wanted_at is not None
