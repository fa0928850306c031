"""Two records that are one person: counted once, read by nobody new, parted again as they were. (esf-rules.md P-10)"""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grundsteget.dates import now
from participants import actions, identity, merging
from participants.listing import Search
from participants.merging import Choices
from participants.models import (
    CareTeamMember,
    Consent,
    HoursMonth,
    JournalEntry,
    Merge,
    Outcome,
    Participant,
    Participation,
    Stint,
)
from participants.trace import looks
from partners.models import Change
from reporting import facts
from reporting.models import Fact
from reporting.rights.erasure import erase_mistake
from reporting.rights.extract import register_extract
from tests import factories
from tests.every_url import World
from tests.factories import day
from tests.filling import fill_in, forms_of, send

YES = "Samma person enligt Skatteverkets beslut"


@pytest.fixture
def pair(project, coordinator):
    """Two records in one project: 2016 under a coordination number, 2017 under a personal number."""
    first = factories.make_participation(
        project,
        first_name="Amina",
        last_name="Öst",
        started_on="2016-03-01",
        ended_on="2016-09-30",
        lead=coordinator,
        ref="D-0101",
        number=coordination_number(),
    )
    second = factories.make_participation(
        project,
        first_name="Amina",
        last_name="Öst Berg",
        started_on="2017-01-09",
        lead=coordinator,
        ref="D-0102",
        number=factories.invented_number("1985-06-15"),
        record={"labour_status": "E", "isced": "3"},
    )
    return first, second


def coordination_number():
    """One of Skatteverket's series, with 60 added to the day."""
    digits = factories.invented_number("1985-06-15").replace("-", "")
    nine = digits[2:6] + "75" + digits[8:11]
    total = sum(sum(divmod(int(sign) * (2 - place % 2), 10)) for place, sign in enumerate(nine))
    return digits[:2] + nine + str(-total % 10)


def merge(pair, by, choices=merging.AS_PROPOSED):
    kept, former = pair
    return actions.merge_participants(
        kept=kept.participant, former=former.participant, choices=choices, reason=YES, by=by
    )


def rows():
    """Every row of every table about people as it stands, but for counters and what is told about the deed itself."""
    kept = {}
    for app in ("participants", "reporting"):
        for model in apps.get_app_config(app).get_models():
            if model._meta.managed and model is not Merge:
                names = [f.attname for f in model._meta.concrete_fields if f.name != "version"]
                kept[model._meta.label] = sorted(model._base_manager.values_list(*names), key=str)
    return kept


# --- What becomes of the two --------------------------------------------------------------------------


def test_merge_counts_the_person_once_from_the_first_entry_to_the_last_exit(pair, project_office):
    first, second = pair
    merge((second, first), project_office)
    first, second = factories.refreshed(first), factories.refreshed(second)
    assert (second.entered_on, second.left_on) == (day("2016-03-01"), None)
    assert [str(stint) for stint in second.stints.order_by("started_on")] == [
        "2016-03-01 – 2016-09-30",
        "2017-01-09 – …",
    ]
    assert first.entered_on is None
    assert first.merged_into == second
    assert list(Fact.objects.values_list("participation", "entry_on", "exit_on")) == [
        (second.pk, day("2016-03-01"), None)
    ]


def test_merge_gives_the_facts_of_a_person_who_was_never_two(pair, project, project_office):
    """Whatever way round they are joined: as somebody with both stints and the answers of the first entry."""
    first, second = pair
    factories.make_outcome(first, kind="job", started_on="2016-10-03", employer="Bageriet")
    whole = factories.make_participation(project, started_on="2016-03-01", ended_on="2016-09-30", ref="D-0199")
    whole.participant.sex, whole.participant.birth_date = first.participant.sex, first.participant.birth_date
    whole.participant.save()
    factories.make_stint(whole, "2017-01-09")
    factories.make_outcome(whole, kind="job", started_on="2016-10-03", employer="Bageriet")
    merge((second, first), project_office)
    facts.rebuild_facts(project)
    one, other = (Fact.objects.filter(participation=row).values().get() for row in (second, whole))
    assert {k: v for k, v in one.items() if k not in {"ref", "participation_id"}} == {
        k: v for k, v in other.items() if k not in {"ref", "participation_id"}
    }


@pytest.mark.parametrize("is_first_kept", [True, False])
def test_merge_leaves_no_fact_astray_and_the_two_ways_of_computing_agree(pair, project, project_office, is_first_kept):
    factories.make_hours(pair[0], month="2016-05-01")
    merge(pair if is_first_kept else pair[::-1], project_office)
    assert facts.astray(project) == 0
    one_by_one = sorted(Fact.objects.values_list(*facts.COLUMNS), key=str)
    facts.rebuild_facts(project)
    assert sorted(Fact.objects.values_list(*facts.COLUMNS), key=str) == one_by_one


@pytest.mark.parametrize("is_first_kept", [True, False])
def test_merge_keeps_the_answers_of_the_first_entry(pair, project_office, is_first_kept):
    first, second = pair
    factories.make_sensitive_answer(first, "co16", "j")
    factories.make_sensitive_answer(second, "co16", "n")
    factories.make_sensitive_answer(second, "co15", "j")
    kept = first if is_first_kept else second
    merge(pair if is_first_kept else pair[::-1], project_office)
    kept = factories.refreshed(kept)
    assert kept.entry_record.labour_status == factories.COMPLETE_RECORD["labour_status"]
    assert dict(kept.sensitive_answers.values_list("question", "answer")) == {"co16": "j", "co15": "j"}


def test_merge_does_not_take_a_later_entrys_answers_for_those_of_the_first(project, project_office):
    first = factories.make_participation(project, started_on="2016-03-01", ended_on="2016-09-30", record=None)
    second = factories.make_participation(project, started_on="2017-01-09")
    merge((second, first), project_office)
    assert not hasattr(Participation.objects.get(pk=second.pk), "entry_record")


def test_merge_keeps_the_better_number_and_finds_both(pair, project, project_office):
    first, second = pair
    old, new = first.participant.number, second.participant.number
    merge(pair, project_office)
    person = Participant.objects.get(pk=first.participant_id)
    assert person.number == new
    assert person.identity_kind == "personal"
    for number in (old, new):
        found = Search.read(number, [project.pk]).apply(Participation.objects.visible_to(project_office))
        assert [row.pk for row in found] == [first.pk]


def test_merged_code_still_finds_the_person(pair, project_office):
    first, _second = pair
    merge(pair, project_office)
    found = Search.read("D-0102", []).apply(Participation.objects.visible_to(project_office))
    assert [row.pk for row in found] == [first.pk]


def test_enrolling_the_former_number_again_finds_the_same_person(pair, project, coordinator, project_office):
    first, second = pair
    old = first.participant.number
    merge((second, first), project_office)
    with pytest.raises(ValidationError):
        actions.enrol_participant(
            project=project,
            by=coordinator,
            started_on=day("2017-03-01"),
            first_name="Amina",
            last_name="Öst",
            identity=identity.parse(old),
            birth_date=day("1985-06-15"),
            sex="K",
        )


def test_merge_takes_the_chosen_name_and_fills_in_what_was_empty(pair, project_office):
    first, second = pair
    Participant.objects.filter(pk=second.participant_id).update(phone="070-1740605")
    merge(pair, project_office, Choices(from_former=frozenset({"first_name"})))
    person = Participant.objects.get(pk=first.participant_id)
    assert person.full_name == "Amina Öst Berg"
    assert person.last_name_key.startswith(Participant.objects.get(pk=second.participant_id).last_name_key)
    assert person.phone == "070-1740605"


def test_merge_in_different_projects_leaves_two_participations_of_one_person(cast, project_office):
    other = factories.make_project(owner=cast.owner, name="Annat projekt", slug="annat", dnr="2016/00001")
    here, there = factories.make_participation(cast.project), factories.make_participation(other)
    merge((here, there), project_office)
    assert set(Participation.objects.filter(participant=here.participant)) == {here, there}
    assert factories.refreshed(there).merged_into is None
    assert Fact.objects.count() == 2


# --- Collisions: a table -------------------------------------------------------------------------------


def test_every_constraint_on_one_row_has_a_rule():
    """A new table, or a new constraint, is decided about before it can stand in the way of a merge."""
    names = {name for model, key in merging.belonging() for name, _c, _q in merging.one_at_most(model, key)}
    assert names == set(merging.RULES)


def test_merge_moves_rows_of_every_table_that_belongs_to_a_participation(db):
    """The busiest participation there is: nothing of it stays behind."""
    world = World.make()
    actions.withdraw_lead_offer(transfer=world.ongoing.lead_transfers.get(), by=world.cast.coordinator)
    before = {
        model._meta.label: model._base_manager.filter(**{key.name: world.ongoing}).count()
        for model, key in merging.belonging()
    }
    kept = factories.make_participation(
        world.cast.project, started_on="2015-10-01", ended_on="2015-12-31", record=None, ref="D-0999"
    )
    actions.merge_participants(
        kept=kept.participant,
        former=world.ongoing.participant,
        reason=YES,
        by=world.cast.project_office,
    )
    for model, key in merging.belonging():
        left = model._base_manager.filter(**{key.name: world.ongoing}).count()
        # The answers of a later entry are not those of the first.
        assert left == (1 if model._meta.label == "participants.EntryRecord" else 0), model
        assert model._base_manager.filter(**{key.name: kept}).count() >= before[model._meta.label] - left


def test_hours_of_the_same_month_are_added_and_counted_once(project, project_office):
    one = factories.make_participation(project, started_on="2016-03-01", ended_on="2016-05-10")
    other = factories.make_participation(project, started_on="2016-05-20", ended_on="2016-06-30")
    factories.make_hours(one, month="2016-05-01", hours=20)
    factories.make_hours(other, month="2016-05-01", hours=30)
    before = rows()
    done = merge((one, other), project_office)
    assert sum(HoursMonth.objects.values_list("hours", flat=True)) == 50
    assert one.hours.get().hours == 50
    actions.undo_merge(merge=done, reason="Fel person", by=project_office)
    assert rows() == before


def test_hours_of_more_than_a_month_are_refused(project, project_office):
    one = factories.make_participation(project, started_on="2016-03-01", ended_on="2016-05-10")
    other = factories.make_participation(project, started_on="2016-05-20", ended_on="2016-06-30")
    for participation in (one, other):
        factories.make_hours(participation, month="2016-05-01", hours=400)
    with pytest.raises(ValidationError, match="fler timmar än månaden"):
        merge((one, other), project_office)


def test_the_same_outcome_is_kept_once_and_its_paper_follows(pair, coordinator, project_office):
    first, second = pair
    same = {"kind": "job", "started_on": "2017-02-01", "employer": "Bageriet"}
    kept, other = factories.make_outcome(first, **same), factories.make_outcome(second, **same)
    paper = factories.make_document(second, coordinator, outcome=other)
    merge(pair, project_office)
    paper.refresh_from_db()
    assert (paper.participation_id, paper.outcome_id) == (first.pk, kept.pk)
    assert list(Outcome.objects.filter(participation=first)) == [kept]


def test_one_lead_worker_stays(cast, pair, project_office):
    first, second = pair
    CareTeamMember.objects.filter(participation=second).update(user=cast.project_office)
    merge(pair, project_office)
    assert dict(first.care_team.values_list("user__name", "is_lead")) == {
        cast.coordinator.name: True,
        cast.project_office.name: False,
    }


def test_plan_goals_of_the_same_area_stand_together(pair, coordinator, project_office):
    first, _second = pair
    goals = {factories.make_goal(row, coordinator).pk for row in pair}
    merge(pair, project_office)
    assert {goal.pk for goal in first.plan_focuses.get().goals.all()} == goals


@pytest.mark.parametrize(
    ("started_on", "ended_on"),
    [("2016-09-30", None), ("2016-01-01", "2016-03-01"), ("2016-04-01", "2016-05-01"), ("2015-10-01", None)],
)
def test_overlapping_periods_are_refused_and_named(project, project_office, started_on, ended_on):
    one = factories.make_participation(project, started_on="2016-03-01", ended_on="2016-09-30", ref="D-0301")
    other = factories.make_participation(project, started_on=started_on, ended_on=ended_on, ref="D-0302")
    before = rows()
    with pytest.raises(ValidationError, match=r"D-0301.*D-0302"):
        merge((one, other), project_office)
    assert rows() == before


def test_a_mistaken_registration_overlaps_nothing(project, coordinator, project_office):
    one = factories.make_participation(project, started_on="2016-03-01", ended_on="2016-09-30")
    other = factories.make_participation(project, started_on="2016-03-01")
    actions.mark_mistake(participation=other, reason="Registrerad två gånger", by=coordinator)
    merge((one, other), project_office)
    assert list(Fact.objects.values_list("participation", flat=True)) == [one.pk]


def test_two_open_referrals_to_one_place_are_settled_first(cast, pair, project_office):
    for participation in pair:
        factories.make_consent(participation, cast.social_services)
        factories.make_referral(participation, cast.coordinator, cast.social_services)
    with pytest.raises(ValidationError, match="Gör klart en av dem först"):
        merge(pair, project_office)


def test_merge_needs_a_reason_and_two_records(pair, project_office):
    first, second = pair
    with pytest.raises(ValidationError):
        actions.merge_participants(kept=first.participant, former=second.participant, reason=" ", by=project_office)
    with pytest.raises(ValidationError):
        actions.merge_participants(kept=first.participant, former=first.participant, reason=YES, by=project_office)


def test_merge_twice_is_one(pair, project_office):
    assert merge(pair, project_office) == merge(pair, project_office)
    assert Merge.objects.count() == 1


# --- Nobody reads more than before ---------------------------------------------------------------------


def readers(participation, *users):
    return {user.name for user in users if Participation.objects.visible_to(user).filter(pk=participation.pk).exists()}


@pytest.mark.parametrize("is_first_kept", [True, False])
def test_a_consent_to_one_record_does_not_open_the_other(cast, pair, project_office, is_first_kept):
    first, second = pair
    factories.make_consent(second, cast.social_services)
    kept = first if is_first_kept else second
    factories.make_journal_entry(first, cast.coordinator, text="Hemligt för socialtjänsten", is_shared=True)
    merge(pair if is_first_kept else pair[::-1], project_office)
    assert readers(kept, cast.caseworker, project_office) == {project_office.name}
    assert not JournalEntry.objects.visible_to(cast.caseworker).exists()


def test_a_consent_to_both_records_stands(cast, pair, project_office):
    for participation in pair:
        factories.make_consent(participation, cast.social_services)
    merge(pair, project_office)
    assert readers(pair[0], cast.caseworker) == {cast.caseworker.name}
    assert not Consent.objects.filter(withdrawn_on__isnull=False).exists()


def test_a_category_of_one_record_alone_ends(cast, pair, project_office):
    factories.make_consent(pair[0], cast.social_services, covers_notes=False)
    whole = factories.make_consent(pair[1], cast.social_services)
    merge(pair, project_office)
    whole.refresh_from_db()
    assert whole.withdrawn_on == day("2017-03-15")
    assert not Participation.objects.visible_to(cast.caseworker, "notes").exists()
    assert Participation.objects.visible_to(cast.caseworker).exists()


def test_a_consent_stands_where_the_project_office_says_so(cast, pair, project_office):
    consent = factories.make_consent(pair[1], cast.social_services)
    plan = merging.plan_merge(pair[0].participant, pair[1].participant, merging.AS_PROPOSED, by=project_office)
    assert [one.pk for one in plan.widenings] == [consent.pk]
    merge(pair, project_office, Choices(consents=frozenset({consent.pk})))
    assert readers(pair[0], cast.caseworker) == {cast.caseworker.name}


def test_a_place_in_one_record_does_not_open_the_other_to_the_enterprise(cast, pair, project_office):
    """Both consents are there; until now the supervisor saw only the one placed in the house."""
    organisation = cast.enterprise.organisation
    for participation in pair:
        factories.make_consent(participation, organisation)
    factories.make_activity(pair[1], enterprise=cast.enterprise, started_on="2017-02-01")
    assert readers(pair[0], cast.supervisor) == set()
    merge(pair, project_office)
    assert readers(pair[0], cast.supervisor) == set()


@pytest.mark.parametrize("is_kept_protected", [True, False])
def test_the_stronger_protection_wins_and_the_other_circle_stays_outside(cast, pair, project_office, is_kept_protected):
    first, _second = pair
    guarded, open_one = pair if is_kept_protected else pair[::-1]
    Participant.objects.filter(pk=open_one.participant_id).update(phone="070-1740605", email="a@example.org")
    Participant.objects.filter(pk=guarded.participant_id).update(protection="sekretessmarkering")
    CareTeamMember.objects.filter(participation=guarded).delete()
    factories.make_care_team_member(guarded, project_office, is_lead=True)
    merge(pair, project_office)
    person = Participant.objects.get(pk=first.participant_id)
    assert (person.protection, person.phone, person.email) == ("sekretessmarkering", "", "")
    assert readers(first, cast.coordinator, project_office) == {project_office.name}


def test_protection_without_anybody_in_the_circle_is_refused(cast, pair, project_office):
    Participant.objects.filter(pk=pair[1].participant_id).update(protection="sekretessmarkering")
    CareTeamMember.objects.all().delete()
    first, second = (row.participant for row in pair)
    plan = merging.plan_merge(first, Participant.objects.get(pk=second.pk), merging.AS_PROPOSED, by=project_office)
    assert ["ingen ingår i kretsen" in sentence for sentence in plan.refusals] == [True]
    # And who is not in it herself does not see the two, let alone join them.
    with pytest.raises(ValidationError):
        merge(pair, project_office)


def test_former_record_is_seen_by_nobody(cast, pair, project_office):
    merge(pair, project_office)
    for user in (cast.coordinator, project_office, cast.caseworker):
        assert not Participation.objects.within_reach(user).filter(pk=pair[1].pk).exists()


def test_who_has_looked_and_what_is_kept_is_told_of_both(pair, coordinator, project_office):
    first, second = pair
    number = first.participant.number
    factories.make_look(coordinator, second)
    merge(pair, project_office)
    assert [look.who for look in looks(first)] == [coordinator.name]
    extract = str(register_extract(factories.refreshed(first), by=coordinator, asked_on=day("2017-03-15")))
    assert f"{number[:8]}-{number[8:]}" in extract
    assert "D-0102" in extract


def test_nothing_personal_of_a_merge_stands_in_the_change_log(pair, project_office):
    merge(pair, project_office)
    told = Change.objects.get(label="participants.merge", action="insert")
    assert "Amina" not in str(told.changes)


# --- Undo ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_first_kept", [True, False])
def test_undo_puts_every_row_back(cast, pair, project_office, is_first_kept):
    first, second = pair
    for participation in pair:
        factories.make_journal_entry(participation, cast.coordinator)
        factories.make_goal(participation, cast.coordinator)
        factories.make_sensitive_answer(participation, "co16", "j" if participation is first else "n")
        factories.make_consent(participation, cast.social_services, covers_notes=participation is first)
        factories.make_outcome(participation, kind="job", started_on="2017-02-01", employer="Bageriet")
    factories.make_consent(second, cast.owner)
    Participant.objects.filter(pk=second.participant_id).update(protection="sekretessmarkering")
    factories.make_care_team_member(second, project_office)
    for participation in pair:
        Participation.objects.filter(pk=participation.pk).refresh_summaries()
        facts.refresh_facts([participation.pk])
    before = rows()
    done = merge(pair if is_first_kept else pair[::-1], project_office)
    assert rows() != before
    assert actions.undo_merge(merge=done, reason="Två systrar", by=project_office) == []
    assert rows() == before
    assert actions.undo_merge(merge=done, reason="Två systrar", by=project_office) == []


def test_undo_of_one_after_the_other(project, project_office):
    people = [
        factories.make_participation(project, started_on=f"2016-0{n}-01", ended_on=f"2016-0{n}-20") for n in (3, 4, 5)
    ]
    before = rows()
    one = merge(people[:2], project_office)
    other = merge((people[2], people[0]), project_office)
    assert factories.refreshed(people[2]).entered_on == day("2016-03-01")
    assert {row.merged_into_id for row in Participation.objects.exclude(pk=people[2].pk)} == {people[2].pk}
    with pytest.raises(ValidationError, match="med en tredje"):
        actions.undo_merge(merge=one, reason="Fel", by=project_office)
    actions.undo_merge(merge=other, reason="Fel", by=project_office)
    actions.undo_merge(merge=one, reason="Fel", by=project_office)
    assert rows() == before


def test_undo_leaves_what_was_added_since_and_says_so(pair, coordinator, project_office):
    first, second = pair
    done = merge(pair, project_office)
    factories.make_journal_entry(first, coordinator)
    Participant.objects.filter(pk=first.participant_id).update(first_name="Aminah")
    told = " ".join(actions.undo_merge(merge=done, reason="Fel person", by=project_office))
    assert "(1)" in told
    assert first.journal.count() == 1
    assert factories.refreshed(second).entered_on == day("2017-01-09")


def test_undo_is_refused_when_both_records_answers_were_changed_since(pair, project_office):
    _first, second = pair
    done = merge(pair[::-1], project_office)
    second.refresh_from_db()
    record = Participation.objects.get(pk=second.pk).entry_record
    record.labour_status, record.unemployed_since = "I", None
    record.save()
    before = rows()
    with pytest.raises(ValidationError, match="har ändrats sedan"):
        actions.undo_merge(merge=done, reason="Fel person", by=project_office)
    assert rows() == before


def test_undo_is_refused_when_the_protection_was_changed_since(pair, project_office):
    done = merge(pair, project_office)
    Participant.objects.filter(pk=pair[0].participant_id).update(protection="sekretessmarkering")
    with pytest.raises(ValidationError, match="går inte att dela"):
        actions.undo_merge(merge=done, reason="Fel person", by=project_office)


def test_erasing_a_mistake_takes_the_former_record_with_it(pair, coordinator, project_office):
    merge(pair, project_office)
    first = factories.refreshed(pair[0])
    actions.mark_mistake(participation=first, reason="Testregistrering", by=coordinator)
    erase_mistake(participation=first, reason="Testregistrering", by=project_office)
    assert not Participant.objects.exists()
    assert not Stint.objects.exists()
    assert not Merge.objects.exists()


# --- The pages ---------------------------------------------------------------------------------------------


@pytest.fixture
def as_office(client, project_office):
    client.force_login(project_office)
    return client


def test_merge_list_finds_the_two_by_code_and_number_and_puts_neither_in_the_address(as_office, pair):
    first, second = pair
    response = fill_in(as_office, reverse("participants:merge_list"), kept="d-0102", former=first.participant.number)
    assert response["Location"] == reverse("participants:merge_create", args=[second.pk, first.pk])


def test_merge_list_says_the_same_of_nobody_and_of_somebody_unseen(as_office, pair):
    factories.make_participation(ref="D-0777", protection="sekretessmarkering")
    address = reverse("participants:merge_list")
    unseen, nobody = (fill_in(as_office, address, kept=ref, former="D-0102") for ref in ("D-0777", "D-0778"))
    assert (unseen.status_code, nobody.status_code) == (422, 422)
    assert len(forms_of(unseen)) == len(forms_of(nobody))
    assert unseen.context["form"].errors == nobody.context["form"].errors


def test_merge_list_shows_who_may_be_the_same_person_with_the_same_number_of_queries(as_office, project):
    address = reverse("participants:merge_list")
    as_office.get(address)

    def queries_with(pairs):
        for number in range(pairs):
            for _twice in range(2):
                factories.make_participation(project, first_name="Lika", last_name=f"Namn{number}", started_on=None)
        with CaptureQueriesContext(connection) as counted:
            page = as_office.get(address)
        return len(counted), page.content.decode().count("sla-ihop")

    one, shown = queries_with(1)
    many, shown_then = queries_with(12)
    assert (shown, shown_then > shown) == (1, True)
    assert many == one


def test_merge_page_shows_all_before_it_is_done_and_undo_is_beside_it(as_office, cast, pair):
    first, second = pair
    factories.make_consent(second, cast.social_services)
    address = reverse("participants:merge_create", args=[first.pk, second.pk])
    page = as_office.get(address)
    for told in ("D-0101", "D-0102", "2016-03-01", "2017-01-09", str(cast.social_services)):
        assert told in page.content.decode()
    assert not Merge.objects.exists()
    assert fill_in(as_office, address, reason="").status_code == 422
    done = send(as_office, page, address, reason=YES, field_first_name=["former"])
    assert done.status_code == 302
    assert factories.refreshed(first).participant.last_name == "Öst Berg"
    undo = reverse("participants:merge_undo", args=[Merge.objects.get().pk])
    assert undo in as_office.get(reverse("participants:merge_list")).content.decode()
    assert fill_in(as_office, undo, reason="Fel person").status_code == 302
    assert factories.refreshed(first).participant.last_name == "Öst"


def test_merge_page_is_read_again_when_something_changed(as_office, cast, pair):
    address = reverse("participants:merge_create", args=[pair[0].pk, pair[1].pk])
    page = as_office.get(address)
    factories.make_consent(pair[1], cast.social_services)
    assert send(as_office, page, address, reason=YES).status_code == 422
    assert not Merge.objects.exists()


def test_merge_page_names_nobody_protected(as_office, pair, project_office):
    Participant.objects.filter(pk=pair[1].participant_id).update(
        protection="sekretessmarkering", first_name="Hemliga", last_name="Namnet"
    )
    factories.make_care_team_member(pair[1], project_office)
    address = reverse("participants:merge_create", args=[pair[0].pk, pair[1].pk])
    assert "skyddad" in as_office.get(address)["Location"]
    session = as_office.session
    session["reasons"] = {str(pair[1].pk): [now().isoformat(), "Två poster"]}
    session.save()
    page = as_office.get(address)
    assert page.status_code == 200
    assert "Hemliga" not in page.content.decode()


def test_only_the_project_office_joins_records(client, cast, pair):
    address = reverse("participants:merge_create", args=[pair[0].pk, pair[1].pk])
    client.force_login(cast.coordinator)
    assert client.get(address).status_code == 403
    assert client.get(reverse("participants:merge_list")).status_code == 403
