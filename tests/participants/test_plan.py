"""The plan: made with the person, never rubbed out, read by those who may; progress in words that stay as they were."""

import datetime as dt
import re
import uuid
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions, plans, progress, progress_line, rules
from participants.models import (
    FocusArea,
    Participant,
    PlanEvent,
    PlanFocus,
    PlanGoal,
    PlanReview,
    PlanStep,
    ProgressAssessment,
    ProgressLevel,
)
from participants.progress import Dimension, Scale
from partners.models import AccessLog, Change
from tests import factories
from tests.factories import make_assessment, make_consent, make_goal, make_plan_review, make_step
from tests.filling import fill_in, form_of

WORK, HEALTH = "arbete", "halsa"
Doer, State = PlanStep.Doer, PlanStep.State


def path(name, *args):
    return reverse(f"participants:{name}", args=args)


def tab(participation):
    return path("participation_detail", participation.pk) + "?flik=plan"


def body(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def area(code=WORK) -> FocusArea:
    return FocusArea.objects.get(code=code)


def kinds(**about) -> list[str]:
    return list(PlanEvent.objects.filter(**about).order_by("at", "pk").values_list("kind", flat=True))


def protect(participation):
    Participant.objects.filter(pk=participation.participant_id).update(protection=Participant.Protection.SECRECY_FLAG)


@pytest.fixture
def goal(cast, participation) -> PlanGoal:
    return make_goal(participation, cast.coordinator)


@pytest.fixture
def step(cast, goal) -> PlanStep:
    return make_step(goal, cast.coordinator, due_on="2017-03-20")


# --- Goals ----------------------------------------------------------------------------------------


def test_focus_areas_come_with_the_schema(db):
    assert FocusArea.objects.count() == 9
    assert FocusArea.objects.get(is_about_health=True).code == HEALTH


def test_plan_goal_create_puts_the_goal_in_its_focus(participation, as_coordinator):
    answer = fill_in(
        as_coordinator,
        path("plan_goal_create", participation.pk),
        area="sprak",
        text="Jag vill kunna ringa själv",
        agreed_on="2017-03-14",
        present="Tolk",
    )
    goal = PlanGoal.objects.get()
    assert answer["Location"] == tab(participation)
    assert (goal.focus.area_id, goal.text, goal.agreed_on) == (
        "sprak",
        "Jag vill kunna ringa själv",
        dt.date(2017, 3, 14),
    )
    assert goal.is_with_person
    assert kinds(goal=goal) == ["agreed"]


def test_plan_goal_create_shows_what_is_missing(participation, as_coordinator):
    answer = fill_in(as_coordinator, path("plan_goal_create", participation.pk), area="", text="")
    assert answer.status_code == 422
    assert not PlanGoal.objects.exists()


def test_add_goal_twice_from_one_form_adds_one(cast, participation):
    token = uuid.uuid4()
    first, second = (
        actions.add_goal(
            participation=participation,
            area=area(),
            text="Jag vill jobba",
            agreed_on=dt.date(2017, 3, 1),
            submission=token,
            by=cast.coordinator,
        )
        for _ in range(2)
    )
    assert first == second
    assert PlanGoal.objects.count() == 1


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"text": "  "}, "text"),
        ({"agreed_on": dt.date(2017, 3, 16)}, "agreed_on"),
        ({"agreed_on": dt.date(2015, 9, 30)}, "agreed_on"),
    ],
)
def test_add_goal_refuses(cast, participation, answers, field):
    values = {"area": area(), "text": "Jag vill jobba", "agreed_on": dt.date(2017, 3, 1)} | answers
    with pytest.raises(ValidationError) as refusal:
        actions.add_goal(participation=participation, by=cast.coordinator, **values)
    assert refusal.value.code == field


def test_retired_focus_stays_readable_and_is_chosen_no_more(cast, participation, goal, as_coordinator):
    FocusArea.objects.filter(code=WORK).update(retired_on="2017-03-14")

    assert "Jag vill jobba med mat" in body(as_coordinator.get(tab(participation)))
    assert area() not in rules.focus_areas()
    with pytest.raises(ValidationError):
        actions.add_goal(
            participation=participation,
            area=area(),
            text="En till",
            agreed_on=dt.date(2017, 3, 1),
            by=cast.coordinator,
        )
    answer = fill_in(as_coordinator, path("plan_goal_edit", participation.pk, goal.pk), text="Jag vill laga mat")
    assert answer.status_code == 302


def test_edit_goal_keeps_the_former_wording(participation, goal, as_coordinator):
    fill_in(
        as_coordinator, path("plan_goal_edit", participation.pk, goal.pk), text="Jag vill jobba i kök", area="vardag"
    )

    goal.refresh_from_db()
    assert (goal.text, goal.focus.area_id, goal.version) == ("Jag vill jobba i kök", "vardag", 1)
    event = PlanEvent.objects.get(goal=goal, kind=PlanEvent.Kind.CHANGED)
    assert event.was == "Jag vill jobba med mat"
    assert "Jag vill jobba med mat" in body(as_coordinator.get(tab(participation)))


def test_edit_goal_refuses_what_a_colleague_changed_in_the_meantime(cast, participation, goal, as_coordinator):
    address = path("plan_goal_edit", participation.pk, goal.pk)
    opened = as_coordinator.get(address)
    PlanGoal.objects.filter(pk=goal.pk).update(version=7, text="Kollegans ord")

    answer = as_coordinator.post(address, {**_values(opened, address), "text": "Mina ord"})

    assert answer.status_code == 422
    goal.refresh_from_db()
    assert goal.text == "Kollegans ord"


def _values(opened, address):
    return {name: value for name, value in form_of(opened, address)["values"].items() if value not in (None, [])}


def test_close_goal_drops_what_is_left_and_says_why(cast, participation, goal, step, as_coordinator):
    done = make_step(goal, cast.coordinator, what="Klar sedan länge", state=State.DONE, closed_on="2017-03-10")
    address = path("plan_goal_close", participation.pk, goal.pk)
    assert "Besöka köket" in body(as_coordinator.get(address))

    fill_in(as_coordinator, address, state="reached", note="Fick jobb i köket")

    for row in (goal, step, done):
        row.refresh_from_db()
    assert (goal.state, goal.closed_on, goal.close_note) == ("reached", dt.date(2017, 3, 15), "Fick jobb i köket")
    assert step.state == State.DROPPED
    assert step.drop_reason
    assert done.state == State.DONE
    assert kinds(goal=goal, step=None) == ["agreed", "reached"]
    page = body(as_coordinator.get(tab(participation)))
    assert "Fick jobb i köket" in page
    assert step.drop_reason in page


def test_goal_is_dropped_with_a_reason_only(cast, goal):
    with pytest.raises(ValidationError) as refusal:
        actions.close_goal(goal=goal, state="dropped", note=" ", by=cast.coordinator)
    assert refusal.value.code == "note"


def test_closed_goal_takes_no_steps_until_it_is_open_again(cast, participation, goal, as_coordinator):
    actions.close_goal(goal=goal, state="dropped", note="Vill annat", by=cast.coordinator)
    with pytest.raises(ValidationError):
        actions.add_step(goal=goal, what="Ändå", doer=Doer.PERSON, by=cast.coordinator)

    as_coordinator.post(path("plan_goal_reopen", participation.pk, goal.pk))

    assert actions.add_step(goal=goal, what="Ändå", doer=Doer.PERSON, by=cast.coordinator).pk
    assert kinds(goal=goal, step=None) == ["agreed", "dropped", "reopened"]


# --- Steps ----------------------------------------------------------------------------------------


def test_plan_step_create_in_place_answers_with_the_plan(participation, goal, as_coordinator):
    address = path("plan_step_create", participation.pk, goal.pk)
    opened = as_coordinator.get(address, headers={"HX-Request": "true"})
    assert body(opened).lstrip().startswith("<form")

    answer = as_coordinator.post(
        address,
        {**_values(opened, address), "what": "Ringa köket", "due_on": "2017-03-22"},
        headers={"HX-Request": "true"},
    )

    assert "Ringa köket" in body(answer)
    assert answer["HX-Retarget"] == "#plan"
    assert (PlanStep.objects.get().doer, PlanStep.objects.get().due_on) == (Doer.PERSON, dt.date(2017, 3, 22))


def test_plan_step_create_in_place_shows_what_is_missing_where_it_was_typed(participation, goal, as_coordinator):
    address = path("plan_step_create", participation.pk, goal.pk)
    answer = as_coordinator.post(address, {"what": "", "who": "person"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.content.decode().lstrip().startswith("<form")
    assert "HX-Retarget" not in answer.headers


def test_plan_step_create_without_script(cast, participation, goal, as_coordinator):
    answer = fill_in(
        as_coordinator,
        path("plan_step_create", participation.pk, goal.pk),
        what="Besluta om stöd",
        who=cast.employment_service.pk,
    )
    assert answer["Location"] == tab(participation)
    assert PlanStep.objects.get().organisation == cast.employment_service


def test_step_form_says_which_partner_does_not_see_the_plan(cast, participation, goal, as_coordinator):
    page = body(as_coordinator.get(path("plan_step_create", participation.pk, goal.pk)))
    options = dict(re.findall(r'<option value="(\d+)"[^>]*>([^<]*)</option>', page))
    assert options[str(cast.social_services.pk)] == str(cast.social_services)
    assert options[str(cast.employment_service.pk)] != str(cast.employment_service)
    assert str(cast.owner.pk) not in options


def test_step_needs_a_partner_of_the_project_for_a_partners_step(cast, goal):
    outsider = factories.make_organisation("Utanför")
    for organisation in (None, outsider):
        with pytest.raises(ValidationError):
            actions.add_step(goal=goal, what="Något", doer=Doer.PARTNER, organisation=organisation, by=cast.coordinator)


def test_step_is_not_due_before_the_goal_was_agreed(cast, goal):
    with pytest.raises(ValidationError) as refusal:
        actions.add_step(goal=goal, what="Något", doer=Doer.PERSON, due_on=dt.date(2017, 2, 28), by=cast.coordinator)
    assert refusal.value.code == "due_on"


def test_tick_with_one_click_and_take_it_back(participation, step, as_coordinator):
    address = path("plan_step_state", participation.pk, step.pk)
    for _ in range(2):  # a double click
        as_coordinator.post(address, {"state": "done"})
    step.refresh_from_db()
    assert (step.state, step.closed_on) == (State.DONE, dt.date(2017, 3, 15))

    as_coordinator.post(address, {"state": "planned"})

    step.refresh_from_db()
    assert (step.state, step.closed_on) == (State.PLANNED, None)
    assert kinds(step=step) == ["agreed", "done", "reopened"]


def test_tick_in_place_answers_with_the_plan_and_says_so(participation, step, as_coordinator):
    answer = as_coordinator.post(
        path("plan_step_state", participation.pk, step.pk), {"state": "done"}, headers={"HX-Request": "true"}
    )
    page = body(answer)
    assert page.lstrip().startswith('<div id="plan"')
    assert 'aria-pressed="true"' in page
    assert re.search(r'role="status">\s*\S', page)


def test_fragment_and_page_agree(participation, step, as_coordinator):
    fragment = body(as_coordinator.get(tab(participation), headers={"HX-Request": "true", "HX-Target": "plan"}))
    page = body(as_coordinator.get(tab(participation)))
    without_token = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text) for text in (fragment, page)]
    assert without_token[0].strip() in without_token[1]


def test_step_under_way_is_in_the_history(cast, step):
    actions.set_step_state(step=step, state="ongoing", by=cast.coordinator)
    assert kinds(step=step) == ["agreed", "started"]


def test_drop_step_needs_a_reason_and_stays_readable(participation, step, as_coordinator):
    address = path("plan_step_drop", participation.pk, step.pk)
    assert fill_in(as_coordinator, address, reason="").status_code == 422

    fill_in(as_coordinator, address, reason="Köket har stängt")

    step.refresh_from_db()
    assert (step.state, step.drop_reason) == (State.DROPPED, "Köket har stängt")
    page = body(as_coordinator.get(tab(participation)))
    assert "Besöka köket" in page
    assert "Köket har stängt" in page


def test_dropped_step_is_opened_before_it_is_done(cast, step):
    actions.drop_step(step=step, reason="Inte nu", by=cast.coordinator)
    with pytest.raises(ValidationError):
        actions.set_step_state(step=step, state="done", by=cast.coordinator)

    actions.set_step_state(step=step, state="planned", by=cast.coordinator)

    step.refresh_from_db()
    assert (step.state, step.drop_reason) == (State.PLANNED, "")
    assert "Inte nu" in PlanEvent.objects.get(step=step, kind="dropped").note


def test_edit_step_keeps_what_it_was(participation, step, as_coordinator):
    address = path("plan_step_edit", participation.pk, step.pk)
    fill_in(as_coordinator, address, due_on="2017-04-03")
    fill_in(as_coordinator, address, what="Besöka bageriet")

    moved, changed = PlanEvent.objects.filter(step=step).exclude(kind="agreed").order_by("pk")
    assert (moved.kind, moved.was_due_on) == ("moved", dt.date(2017, 3, 20))
    assert (changed.kind, changed.was) == ("changed", "Besöka köket")


def test_edit_step_with_nothing_changed_tells_nothing(participation, step, as_coordinator):
    fill_in(as_coordinator, path("plan_step_edit", participation.pk, step.pk), what="Besöka köket")
    assert kinds(step=step) == ["agreed"]


def test_edit_step_refuses_a_stale_page(cast, step):
    actions.edit_step(step=step, what="Nytt", doer=Doer.PERSON, version=0, by=cast.coordinator)
    with pytest.raises(ValidationError):
        actions.edit_step(step=step, what="Annat", doer=Doer.PERSON, version=0, by=cast.coordinator)


def test_add_step_twice_from_one_form_adds_one(cast, goal):
    token = uuid.uuid4()
    for _ in range(2):
        actions.add_step(goal=goal, what="Ringa", doer=Doer.PERSON, submission=token, by=cast.coordinator)
    assert goal.steps.count() == 1


def test_partner_ticks_its_own_step_and_changes_nothing_else(cast, participation, goal, step, as_caseworker):
    theirs = make_step(goal, cast.coordinator, what="Träffa oss", organisation=cast.social_services)
    assert as_caseworker.post(path("plan_step_state", participation.pk, step.pk), {"state": "done"}).status_code == 403
    for name, pk in (("plan_step_edit", theirs.pk), ("plan_step_drop", theirs.pk), ("plan_goal_edit", goal.pk)):
        assert as_caseworker.get(path(name, participation.pk, pk)).status_code == 403

    as_caseworker.post(path("plan_step_state", participation.pk, theirs.pk), {"state": "done"})

    theirs.refresh_from_db()
    assert theirs.state == State.DONE
    assert PlanEvent.objects.get(step=theirs, kind="done").by == cast.caseworker
    page = body(as_caseworker.get(tab(participation)))
    assert f"tick-{theirs.pk}" in page
    assert f"tick-{step.pk}" not in page


def test_state_that_is_no_state_is_refused_in_words(participation, step, as_coordinator):
    answer = as_coordinator.post(path("plan_step_state", participation.pk, step.pk), {"state": "dropped"})
    assert answer["Location"] == tab(participation)
    step.refresh_from_db()
    assert step.state == State.PLANNED


@pytest.mark.parametrize(
    "half",
    [
        {"state": "done"},
        {"state": "dropped", "closed_on": dt.date(2017, 3, 1)},
        {"closed_on": dt.date(2017, 3, 1)},
        {"doer": "partner"},
        {"drop_reason": "utan att vara struket"},
    ],
)
def test_half_states_of_a_step_are_impossible(step, half):
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanStep.objects.filter(pk=step.pk).update(**half)


# --- The order ------------------------------------------------------------------------------------


def test_plan_move_changes_places_and_stops_at_the_ends(cast, participation, goal, as_coordinator):
    first, second = make_step(goal, cast.coordinator, what="A"), make_step(goal, cast.coordinator, what="B")
    address = path("plan_move", participation.pk)

    def order():
        return list(goal.steps.order_by("position", "pk").values_list("what", flat=True))

    as_coordinator.post(address, {"kind": "step", "row": second.pk, "direction": "up"})
    assert order() == ["B", "A"]
    as_coordinator.post(address, {"kind": "step", "row": second.pk, "direction": "up"})
    assert order() == ["B", "A"]
    as_coordinator.post(address, {"kind": "step", "row": second.pk, "direction": "down"})
    assert order() == ["A", "B"]
    assert first.goal == goal


def test_plan_move_orders_focuses_and_goals(cast, participation, goal, as_coordinator):
    other = make_goal(participation, cast.coordinator, text="Andra målet")
    language = make_goal(participation, cast.coordinator, "sprak", text="Språkmålet")
    address = path("plan_move", participation.pk)

    as_coordinator.post(address, {"kind": "focus", "row": language.focus_id, "direction": "up"})
    as_coordinator.post(address, {"kind": "goal", "row": other.pk, "direction": "up"})

    shown = [one.goal.text for focus in plans.plan_of(cast.coordinator, participation).focuses for one in focus.goals]
    assert shown == ["Språkmålet", "Andra målet", "Jag vill jobba med mat"]


def test_plan_move_of_another_persons_row_does_not_exist(cast, participation, as_coordinator):
    other = factories.make_participation(cast.project)
    theirs = make_goal(other, cast.coordinator)
    data = {"kind": "goal", "row": theirs.pk, "direction": "up"}
    assert as_coordinator.post(path("plan_move", participation.pk), data).status_code == 404


# --- Reviews --------------------------------------------------------------------------------------


def test_plan_review_create(cast, participation, as_coordinator):
    fill_in(
        as_coordinator,
        path("plan_review_create", participation.pk),
        said="Det går framåt.",
        present="Modern",
        next_on="2017-04-10",
    )
    page = body(as_coordinator.get(tab(participation)))
    assert "Det går framåt." in page
    assert "Modern" in page
    assert plans.plan_of(cast.coordinator, participation).next_review_on == dt.date(2017, 4, 10)


def test_plan_review_refuses_a_next_one_that_is_not_later(participation, as_coordinator):
    answer = fill_in(
        as_coordinator, path("plan_review_create", participation.pk), said="Det går.", next_on="2017-03-15"
    )
    assert answer.status_code == 422
    assert not PlanReview.objects.exists()


def test_plan_review_twice_from_one_form_is_one(cast, participation):
    token = uuid.uuid4()
    for _ in range(2):
        actions.record_plan_review(
            participation=participation,
            held_on=dt.date(2017, 3, 1),
            said="Vi sågs.",
            submission=token,
            by=cast.coordinator,
        )
    assert participation.plan_reviews.count() == 1


# --- Progress -------------------------------------------------------------------------------------


def test_scale_has_five_sentences_for_each_dimension():
    scale = progress.current()
    assert len(set(scale.codes)) == len(scale.codes) == 6
    for dimension in scale.dimensions:
        assert len({dimension.level(number) for number in range(1, 6)}) == 5
    assert {one.code for one in scale.dimensions if one.is_about_health} == progress.ABOUT_HEALTH


def test_progress_create_keeps_what_was_judged(participation, as_coordinator):
    answer = fill_in(
        as_coordinator,
        path("progress_create", participation.pk),
        assessed_on="2017-03-10",
        vardag="2",
        sprak="4",
        note="Efter trepart",
    )
    assessment = ProgressAssessment.objects.get()
    assert answer["Location"] == tab(participation)
    assert dict(assessment.levels.values_list("dimension", "level")) == {"vardag": 2, "sprak": 4}
    assert assessment.scale == progress.current_version()


def test_progress_create_refuses_an_empty_one_and_a_second_on_the_day(cast, participation, as_coordinator):
    address = path("progress_create", participation.pk)
    assert fill_in(as_coordinator, address, note="Inget").status_code == 422
    make_assessment(participation, cast.coordinator, "2017-03-10")
    assert fill_in(as_coordinator, address, assessed_on="2017-03-10", vardag="2").status_code == 422
    assert ProgressAssessment.objects.count() == 1


@pytest.mark.parametrize("levels", [{"vardag": 6}, {"vardag": 0}, {"okand": 2}])
def test_assess_progress_knows_its_scale(cast, participation, levels):
    with pytest.raises(ValidationError):
        actions.assess_progress(
            participation=participation, assessed_on=dt.date(2017, 3, 1), levels=levels, by=cast.coordinator
        )


def test_assess_progress_twice_from_one_form_is_one(cast, participation):
    token = uuid.uuid4()
    for _ in range(2):
        actions.assess_progress(
            participation=participation,
            assessed_on=dt.date(2017, 3, 1),
            levels={"vardag": 2},
            submission=token,
            by=cast.coordinator,
        )
    assert ProgressLevel.objects.count() == 1


def test_withdrawn_assessment_leaves_the_line_and_stays_readable(cast, participation, as_coordinator):
    assessment = make_assessment(participation, cast.coordinator, "2017-03-10", {"vardag": 5})
    address = path("progress_withdraw", participation.pk, assessment.pk)
    assert fill_in(as_coordinator, address, reason="").status_code == 422

    fill_in(as_coordinator, address, reason="Fel person")

    assert not progress_line.progress_of(cast.coordinator, participation).lines
    page = body(as_coordinator.get(tab(participation)))
    assert "Fel person" in page
    assert progress.current().dimension("vardag").level(5) in page
    make_assessment(participation, cast.coordinator, "2017-03-10", {"vardag": 4})  # the day is free again


def test_older_scale_is_read_in_its_own_words(cast, participation, monkeypatch):
    make_assessment(participation, cast.coordinator, "2016-06-01", {"vardag": 2})
    words = ("ett", "två", "tre", "fyra", "fem")
    newer = Scale(2, (Dimension("vardag", "Vardagen", words), Dimension("nytt", "Nytt", words)))
    monkeypatch.setitem(progress.SCALES, 2, newer)
    make_assessment(participation, cast.coordinator, "2017-03-01", {"vardag": 2, "nytt": 3})

    shown = progress_line.progress_of(cast.coordinator, participation)

    new, old = ({told.name: told.sentence for told in row.levels} for row in shown.rows)
    assert new["Vardagen"] == "två"
    assert str(progress.SCALES[1].dimension("vardag").level(2)) in old.values()
    line = next(line for line in shown.lines if line.dimension.code == "vardag")
    assert line.path.count("M") == 2  # levels of two scales are not joined
    assert line.sentence == "två"


def test_line_rises_with_the_level_and_says_so(cast, participation):
    for day, level in (("2016-06-01", 1), ("2016-12-01", 3), ("2017-03-01", 2)):
        make_assessment(participation, cast.coordinator, day, {"vardag": level})

    (line,) = progress_line.progress_of(cast.coordinator, participation).lines

    assert [point.y for point in line.points] == [88, 50, 69]
    assert [point.x for point in line.points] == sorted(point.x for point in line.points)
    assert line.path.count("M") == 1
    assert "1" in line.change


def test_drawing_is_well_formed_and_has_its_table(cast, participation, as_coordinator):
    make_assessment(participation, cast.coordinator, "2016-06-01", {"vardag": 1, "tro": 2})
    make_assessment(participation, cast.coordinator, "2017-03-01", {"vardag": 3})
    page = body(as_coordinator.get(tab(participation)))
    drawings = [svg for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL) if "step-path" in svg]

    assert len(drawings) == 2
    for svg in drawings:
        assert ElementTree.fromstring(svg).attrib["aria-hidden"] == "true"  # noqa: S314 — our own drawing
        assert "style=" not in svg
    assert page.count("step-table") == 2
    assert progress.current().dimension("vardag").level(1) in page


def test_levels_are_masked_in_the_change_log(cast, participation):
    actions.assess_progress(
        participation=participation, assessed_on=dt.date(2017, 3, 1), levels={"halsa": 4}, by=cast.coordinator
    )
    change = Change.objects.get(label="participants.progresslevel")
    assert change.participation_id == participation.pk
    assert "4" not in str(change.changes["level"])


# --- Who reads it (esf-rules.md 3.6) ------------------------------------------------------------------


@pytest.fixture
def full_plan(cast, participation, step):
    """A plan about work and about health, a review and an assessment."""
    ill = make_goal(participation, cast.coordinator, HEALTH, text="Jag vill sova om natten")
    make_step(ill, cast.coordinator, what="Boka läkartid", due_on="2017-03-18")
    make_plan_review(participation, cast.coordinator)
    make_assessment(participation, cast.coordinator)
    return participation


MODELS = (PlanFocus, PlanGoal, PlanStep, PlanEvent, PlanReview, ProgressAssessment, ProgressLevel)


def seen(user) -> list[int]:
    return [model.objects.visible_to(user).count() for model in MODELS]


def test_partner_with_consent_reads_the_whole_plan(cast, full_plan, as_caseworker):
    assert seen(cast.caseworker) == seen(cast.coordinator) == [2, 2, 2, 4, 1, 1, 2]
    page = body(as_caseworker.get(tab(full_plan)))
    assert "Boka läkartid" in page
    assert path("plan_goal_create", full_plan.pk) not in page


def test_partner_without_consent_reads_nothing(cast, full_plan, as_stranger):
    assert seen(cast.stranger) == [0] * len(MODELS)
    assert as_stranger.get(path("plan_print", full_plan.pk)).status_code == 404


def test_consent_that_leaves_out_the_journey_leaves_out_the_plan(cast, full_plan, as_caseworker):
    full_plan.consents.update(covers_journey=False)

    assert seen(cast.caseworker) == [0] * len(MODELS)
    page = body(as_caseworker.get(tab(full_plan)))
    assert 'href="?flik=plan"' not in page
    assert "Besöka köket" not in page
    assert as_caseworker.get(path("plan_print", full_plan.pk)).status_code == 404


def test_protected_persons_plan_is_read_by_her_circle_only(cast, full_plan):
    protect(full_plan)
    assert seen(cast.project_office) == seen(cast.caseworker) == [0] * len(MODELS)
    assert seen(cast.coordinator)[0] == 2  # her lead worker


def test_workplace_reads_the_plan_without_what_is_about_health(cast, full_plan, log_in):
    make_consent(full_plan, cast.enterprise.organisation)
    factories.make_activity(full_plan, enterprise=cast.enterprise)

    assert seen(cast.supervisor) == [1, 1, 1, 2, 1, 1, 1]
    for address in (tab(full_plan), path("plan_print", full_plan.pk)):
        page = body(log_in(cast.supervisor).get(address))
        assert "Besöka köket" in page
        for hidden in ("Jag vill sova om natten", "Boka läkartid", progress.current().dimension("halsa").level(3)):
            assert hidden not in page
    told = progress_line.progress_of(cast.supervisor, full_plan).rows[0].levels
    assert str(progress.current().dimension("halsa").name) not in {one.name for one in told}


def test_rows_of_another_persons_plan_do_not_exist_here(cast, participation, step, as_coordinator):
    other = factories.make_participation(cast.project)
    assessment = make_assessment(participation, cast.coordinator)
    for name, pk in (
        ("plan_goal_edit", step.goal_id),
        ("plan_goal_close", step.goal_id),
        ("plan_step_create", step.goal_id),
        ("plan_step_edit", step.pk),
        ("plan_step_drop", step.pk),
        ("progress_withdraw", assessment.pk),
    ):
        assert as_coordinator.get(path(name, other.pk, pk)).status_code == 404, name
    for name, pk in (("plan_step_state", step.pk), ("plan_goal_reopen", step.goal_id)):
        assert as_coordinator.post(path(name, other.pk, pk), {"state": "done"}).status_code == 404, name


def test_look_at_a_plan_is_a_look_at_sensitive_data(cast, full_plan, as_coordinator, log_in):
    make_consent(full_plan, cast.enterprise.organisation)
    factories.make_activity(full_plan, enterprise=cast.enterprise)
    for client, expected in ((as_coordinator, "sensitive"), (log_in(cast.supervisor), "basic")):
        for address in (tab(full_plan), path("plan_print", full_plan.pk)):
            client.get(address)
            assert AccessLog.objects.latest("pk").fields_class == expected, address


# --- Steps for lists ------------------------------------------------------------------------------


def test_open_steps_are_dated_unfinished_and_of_open_goals(cast, participation, step):
    make_step(step.goal, cast.coordinator, what="Utan dag")
    make_step(step.goal, cast.coordinator, what="Klart", due_on="2017-03-16", state="done", closed_on="2017-03-14")
    over = make_goal(participation, cast.coordinator, state="reached", closed_on="2017-03-01")
    make_step(over, cast.coordinator, what="Kvar av misstag", due_on="2017-03-16")
    sooner = make_step(step.goal, cast.coordinator, what="Först", due_on="2017-03-10")

    assert list(plans.open_steps(cast.coordinator)) == [sooner, step]
    assert not plans.open_steps(cast.stranger).exists()


def test_my_open_steps_are_those_that_i_may_tick(cast, full_plan, step):
    theirs = make_step(step.goal, cast.coordinator, organisation=cast.social_services, due_on="2017-03-21")
    assert list(plans.my_open_steps(cast.caseworker)) == [theirs]
    assert plans.my_open_steps(cast.coordinator).count() == 3


def test_list_may_not_tell_steps_about_health_or_of_a_protected_person(cast, full_plan, step):
    told = {one.what: plans.may_be_told_in_a_list(one) for one in plans.open_steps(cast.coordinator)}
    assert told == {"Boka läkartid": False, "Besöka köket": True}
    protect(full_plan)
    assert not any(plans.may_be_told_in_a_list(one) for one in plans.open_steps(cast.coordinator))


# --- The page -------------------------------------------------------------------------------------


def test_plan_tab_takes_the_same_queries_for_1_and_25(cast, participation, step, as_coordinator):
    make_assessment(participation, cast.coordinator)
    make_plan_review(participation, cast.coordinator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_coordinator.get(tab(participation)).status_code == 200
        return len(captured)

    queries()
    few = queries()
    codes = ["utbildning", "sprak", "ekonomi", "bostad", "vardag"]
    for number in range(25):
        goal = make_goal(participation, cast.coordinator, codes[number % 5])
        make_step(goal, cast.coordinator, organisation=cast.employment_service)
        make_assessment(participation, cast.coordinator, f"2016-{number % 12 + 1:02}-{number + 1:02}")
        make_plan_review(participation, cast.coordinator, f"2016-04-{number + 1:02}")

    assert queries() == few


def test_open_steps_take_the_same_queries_for_1_and_25(cast, participation, step):
    def read() -> None:
        for one in plans.open_steps(cast.coordinator):
            assert one.doer_name
            assert one.goal.focus.participation.display_name
            assert plans.may_be_told_in_a_list(one)

    read()  # the reader's own rights
    with CaptureQueriesContext(connection) as few:
        read()
    for _ in range(25):
        person = factories.make_participation(cast.project)
        goal = make_goal(person, cast.coordinator)
        make_step(goal, cast.coordinator, organisation=cast.social_services, due_on="2017-03-20")
    with CaptureQueriesContext(connection) as many:
        read()
    assert len(many) == len(few)


def test_empty_plan_names_the_next_thing_to_do(participation, as_coordinator):
    page = body(as_coordinator.get(tab(participation)))
    assert path("plan_goal_create", participation.pk) in page
    assert path("plan_print", participation.pk) not in page


# --- On paper -------------------------------------------------------------------------------------


def test_plan_print_is_a_paper_for_the_person(cast, full_plan, step, as_coordinator):
    make_step(step.goal, cast.coordinator, what="Bokad av oss", doer=Doer.COORDINATOR)
    dropped = make_step(
        step.goal, cast.coordinator, what="Struket", state="dropped", closed_on="2017-03-10", drop_reason="Stängt"
    )
    reached = make_goal(
        full_plan, cast.coordinator, "vardag", text="Upp klockan åtta", state="reached", closed_on="2017-03-05"
    )
    make_plan_review(full_plan, cast.coordinator, "2017-03-10", next_on="2017-04-10")

    page = body(as_coordinator.get(path("plan_print", full_plan.pk)))

    for shown in ("Jag vill jobba med mat", "Besöka köket", "Bokad av oss", reached.text, "Karin Koordinator"):
        assert shown in page
    for left_out in (dropped.what, "Stängt", "Vi gick igenom planen.", "step-path"):
        assert left_out not in page
    assert "2015/00254" in page
    assert 'class="eu"' in page
    assert "<title>" in page
    assert "Åkesson" not in page.split("</title>")[0]


def test_plan_print_of_a_protected_person_bears_the_code(cast, full_plan, as_coordinator):
    protect(full_plan)
    fill_in(as_coordinator, path("protection_reason", full_plan.pk), reason="Skriver ut planen")
    page = body(as_coordinator.get(path("plan_print", full_plan.pk)))
    assert "G-001" in page
    assert "Åkesson" not in page
