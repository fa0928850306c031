"""*Vem har tittat*, and the monthly review of the log. (SAFETY.md P-63)"""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from partners import review
from partners.models import AccessLog, ReviewSample
from partners.tasks import sample_access_log_monthly
from tests import factories


def trace_of(participation) -> str:
    return reverse("participants:trace", args=[participation.pk])


# --- Who has looked -------------------------------------------------------------------------------------


def test_trace_tells_who_looked_from_where_in_which_role_and_at_what(participation, as_caseworker, as_coordinator):
    for _ in range(3):
        as_caseworker.get(f"/deltagare/{participation.pk}/")
    as_coordinator.get("/deltagare/")
    page = as_coordinator.get(trace_of(participation))
    by_caseworker = next(look for look in page.context["looks"] if look.who == "Sara Socialsekreterare")
    assert (by_caseworker.times, by_caseworker.organisation) == (3, "Socialtjänsten i Angered")
    assert by_caseworker.role == "handläggare"
    assert len(page.context["looks"]) == 3  # The caseworker's, the list, and this very page.


def test_trace_tells_nothing_of_others(participation, as_coordinator, cast):
    other = factories.make_participation(project=cast.project)
    as_coordinator.get(f"/deltagare/{other.pk}/")
    assert len(as_coordinator.get(trace_of(participation)).context["looks"]) == 1


def test_trace_tells_who_may_see_what_until_when(participation, as_coordinator, cast):
    factories.make_consent(
        participation, cast.adult_education, valid_to="2017-12-31", covers_notes=False, covers_contact=False
    )
    factories.make_consent(participation, cast.employment_service, withdrawn_on="2017-03-01")
    viewers = {viewer.who: viewer for viewer in as_coordinator.get(trace_of(participation)).context["viewers"]}
    assert viewers["Vuxenutbildningen i Göteborg"].until == dt.date(2017, 12, 31)
    assert "anteckningar" not in viewers["Vuxenutbildningen i Göteborg"].sees
    assert "Arbetsförmedlingen i Göteborg" not in viewers
    assert "Karin Koordinator, Coompanion Göteborgsregionen" in viewers
    assert not [who for who in viewers if "Ada" in who or "Frank" in who]


def test_trace_of_a_protected_person_names_the_circle_alone(cast):
    participation = factories.make_participation(
        project=cast.project, protection="sekretessmarkering", lead=cast.coordinator, consent_to=[cast.social_services]
    )
    from participants.trace import viewers

    assert [viewer.who.split(",")[0] for viewer in viewers(cast.coordinator, participation)] == ["Karin Koordinator"]


def test_trace_is_for_those_who_answer_to_the_participant(participation, cast, log_in):
    statuses = {role: log_in(user).get(trace_of(participation)).status_code for role, user in cast.users().items()}
    assert {role for role, status in statuses.items() if status == 200} == {"coordinator", "project_office"}
    assert statuses["caseworker"] == 403
    assert statuses["administrator"] == 404


def test_history_leads_to_the_trace(participation, as_coordinator):
    assert trace_of(participation) in as_coordinator.get(f"/deltagare/{participation.pk}/?flik=historik").text


def test_trace_takes_the_same_queries_for_many_looks(
    participation, as_coordinator, as_caseworker, django_assert_max_num_queries
):
    as_coordinator.get(trace_of(participation))
    with django_assert_max_num_queries(40) as before:
        as_coordinator.get(trace_of(participation))
    for tab in ("oversikt", "tidslinje", "aktiviteter", "samtycken") * 3:
        as_caseworker.get(f"/deltagare/{participation.pk}/?flik={tab}")
    with django_assert_max_num_queries(40) as after:
        as_coordinator.get(trace_of(participation))
    assert len(before) == len(after)


# --- The monthly review ---------------------------------------------------------------------------------


@pytest.fixture
def looks(participation, as_caseworker, as_coordinator):
    for _ in range(6):
        as_caseworker.get(f"/deltagare/{participation.pk}/")
        as_coordinator.get(f"/deltagare/{participation.pk}/")
    return AccessLog.objects.latest("pk").day


def test_sample_is_drawn_for_each_organisation_and_is_the_same_each_time(looks, cast):
    assert review.sample_access_log(month=looks, size=2) == 4
    first = set(ReviewSample.objects.values_list("entry", "organisation"))
    assert {organisation for _, organisation in first} == {cast.owner.pk, cast.social_services.pk}
    assert review.sample_access_log(month=looks, size=2) == 0
    ReviewSample.objects.all().delete()
    review.sample_access_log(month=looks, size=2)
    assert set(ReviewSample.objects.values_list("entry", "organisation")) == first


def test_sample_depends_on_a_key_that_nobody_knows(looks, settings):
    draws = set()
    for key in "abcdef":
        settings.LOG_KEY = key
        review.sample_access_log(month=looks, size=2)
        draws.add(frozenset(ReviewSample.objects.values_list("entry", flat=True)))
        ReviewSample.objects.all().delete()
    assert len(draws) > 1


def test_task_draws_last_month(looks, on_day):
    sample_access_log_monthly()
    assert not ReviewSample.objects.exists()
    on_day((looks.replace(day=28) + dt.timedelta(days=4)).replace(day=15))
    sample_access_log_monthly()
    sample_access_log_monthly()
    assert ReviewSample.objects.count() == 12


def test_command_draws_a_month(looks, capsys):
    call_command("sample_access_log", f"--month={looks:%Y-%m}", "--size=1")
    assert "2 looks drawn" in capsys.readouterr().out


@pytest.fixture
def sample(looks, cast):
    review.sample_access_log(month=looks, size=1)
    return ReviewSample.objects.get(organisation=cast.social_services)


def test_project_office_reviews_and_the_review_is_logged(sample, as_project_office, project_office):
    address = reverse("partners:review_edit", args=[sample.pk])
    assert "Sara Socialsekreterare" in as_project_office.get(reverse("partners:review_list")).text
    assert as_project_office.get(address).status_code == 200
    assert AccessLog.objects.latest("pk").criterion == "review"
    response = as_project_office.post(address, {"verdict": "fine", "note": ""})
    assert response.status_code == 302
    sample.refresh_from_db()
    assert (sample.verdict, sample.reviewed_by) == ("fine", project_office)


def test_what_is_not_in_order_needs_a_note(sample, as_project_office):
    address = reverse("partners:review_edit", args=[sample.pk])
    response = as_project_office.post(address, {"verdict": "wrong", "note": ""})
    assert response.status_code == 422
    assert response.context["form"].errors["note"]


def test_nobody_reviews_her_own_look(sample, caseworker):
    with pytest.raises(ValidationError, match=r"själv|yourself"):
        review.review_look(sample=sample, verdict="fine", note="", by=caseworker)


def test_review_is_for_the_project_office_of_the_project(sample, cast, log_in):
    address = reverse("partners:review_edit", args=[sample.pk])
    for role, user in cast.users().items():
        expected = 200 if role == "project_office" else 403
        assert log_in(user).get(address).status_code == expected, role
        assert log_in(user).get(reverse("partners:review_list")).status_code == expected, role
    elsewhere = factories.make_organisation("Annan ägare")
    factories.make_partnership(elsewhere, factories.make_project(elsewhere, dnr="2016/00001"), "owner")
    stranger = factories.make_user("Petter", elsewhere, "project_office")
    assert log_in(stranger).get(address).status_code == 404
    assert not log_in(stranger).get(reverse("partners:review_list")).context["samples"]
