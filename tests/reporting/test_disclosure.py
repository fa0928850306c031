"""Nobody outside may see a count of one to four, nor work it out from the rest of the table."""

import datetime as dt
import itertools

import pytest
from django.template import Context, Template
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.disclosure import HIDDEN, Shown, Sum, by_quarter, disclose, everything, quarter_ends, share
from reporting.figures import Figure

FLAT = [Sum("all", ("a", "b", "c"))]


def of(women: int, men: int, unknown: int = 0) -> Figure:
    return Figure(women + men + unknown, women, men)


def added(*figures: Figure) -> Figure:
    return Figure(sum(f.total for f in figures), sum(f.women for f in figures), sum(f.men for f in figures))


def flat(*parts: Figure) -> dict[str, Figure]:
    return {"all": added(*parts), **dict(zip("abc", parts, strict=False))}


# --- The type --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "deed", [int, float, round, lambda h: h + 1, lambda h: 5 - h, lambda h: h * 2, lambda h: h > 0, lambda h: [1][h]]
)
def test_hidden_is_no_number(deed):
    with pytest.raises(TypeError):
        deed(HIDDEN)


def test_hidden_prints_as_a_word_in_every_template():
    page = "{{ h }}|{{ h|floatformat:1 }}|{{ h|add:1 }}|{% widthratio h 10 100 %}|{% if h > 3 %}more{% endif %}"
    first, *others = Template(page).render(Context({"h": HIDDEN})).split("|")
    assert first == str(HIDDEN)
    assert not any(character.isdigit() for other in others for character in other.replace("0", ""))


def test_share_needs_both_numbers():
    assert share(HIDDEN, 10) is HIDDEN
    assert share(5, HIDDEN) is HIDDEN
    assert share(31, 62) == 50.0
    assert share(5, 0) is None


# --- Tables ----------------------------------------------------------------------------------------


def test_everything_is_shown_to_the_team():
    assert everything({"a": of(1, 2)}) == {"a": Shown(3, 1, 2)}


def test_large_numbers_stay():
    rows = flat(of(10, 20), of(30, 40), of(0, 9))
    assert disclose(rows, FLAT) == everything(rows)


def test_one_small_sex_hides_both():
    shown = disclose({"a": of(3, 20)}, [])
    assert shown["a"] == Shown(23, HIDDEN, HIDDEN)


def test_small_total_hides_the_row_and_another_one():
    shown = disclose(flat(of(2, 1), of(30, 40), of(9, 8)), FLAT)
    assert shown["a"] == Shown(HIDDEN, HIDDEN, HIDDEN)
    assert isinstance(shown["b"].total, int)
    assert shown["c"].total is HIDDEN


def test_hidden_split_hides_a_second_split():
    shown = disclose(flat(of(2, 10), of(30, 40), of(9, 8)), FLAT)
    assert shown["a"] == Shown(12, HIDDEN, HIDDEN)
    assert shown["c"] == Shown(17, HIDDEN, HIDDEN)
    assert shown["b"] == Shown(70, 30, 40)


def test_few_of_unknown_sex_are_not_found_by_subtraction():
    shown = disclose({"a": of(20, 20, unknown=2)}, [])
    assert shown["a"] == Shown(42, HIDDEN, HIDDEN)


def test_unprinted_rest_is_not_found_by_subtraction():
    rows = {"all": of(25, 25), "a": of(24, 23)}
    shown = disclose(rows, [Sum("all", ("a",), rest=True)])
    assert HIDDEN in (shown["all"].total, shown["a"].total)


def test_zero_is_no_secret():
    shown = disclose(flat(of(0, 0), of(30, 40), of(9, 8)), FLAT)
    assert shown["a"] == Shown(0, 0, 0)


def test_disclose_refuses_rings():
    with pytest.raises(ValueError, match="ring"):
        disclose(flat(of(1, 1), of(1, 1), of(1, 1)), [*FLAT, Sum("all", ("a",), rest=True)])


# --- A reader with pen and paper ---------------------------------------------------------------------

TREE = [Sum("all", ("left", "here")), Sum("left", ("a", "b", "c"), rest=True)]
LEAVES = ("here", "a", "b", "c", "rest")


Pair = tuple[int, int]  # women, men


def possible(shown: dict[str, Shown], truth: dict[str, Figure]) -> dict[str, tuple[set, set, set]]:
    """Totals, women and men that each row can have, given what is shown: every way of filling in the leaves.

    Counts up to two more than the whole project's are tried; finding that much room is enough.
    """
    pairs = list(itertools.product(range(truth["all"].women + 3), range(truth["all"].men + 3)))
    choices = {leaf: {pair for pair in pairs if _fits(shown.get(leaf), pair)} for leaf in LEAVES}
    under_left = [leaf for leaf in LEAVES if leaf != "here"]
    lefts = {pair for pair in _sums(choices, under_left, set(pairs)) if _fits(shown["left"], pair)}
    together = {(left, here) for left in lefts for here in choices["here"] if _fits(shown["all"], _plus(left, here))}
    lefts = {left for left, _ in together}
    found = {
        "all": {_plus(left, here) for left, here in together},
        "left": lefts,
        "here": {here for _, here in together},
    }
    for leaf in under_left:
        others = _sums(choices, [other for other in under_left if other != leaf], set(pairs))
        found[leaf] = {pair for pair in choices[leaf] if any(_plus(pair, other) in lefts for other in others)}
    return {
        name: ({w + m for w, m in ways}, {w for w, _ in ways}, {m for _, m in ways}) for name, ways in found.items()
    }


def _plus(one: Pair, other: Pair) -> Pair:
    return one[0] + other[0], one[1] + other[1]


def _sums(choices: dict[str, set[Pair]], leaves: list[str], within: set[Pair]) -> set[Pair]:
    """Every pair that these leaves can add up to."""
    reached = {(0, 0)}
    for leaf in leaves:
        reached = {_plus(one, other) for one in reached for other in choices[leaf]} & within
    return reached


def _fits(row: Shown | None, pair: tuple[int, int]) -> bool:
    if row is None:
        return True
    return all(
        seen is HIDDEN or seen == value
        for seen, value in zip((row.total, row.women, row.men), (sum(pair), *pair), strict=True)
    )


small_figures = st.builds(of, st.integers(0, 3), st.integers(0, 3))


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.builds(of, st.integers(0, 2), st.integers(0, 1))] * 5))
def test_no_small_count_can_be_worked_out(leaves):
    """With a threshold of two, so that small tables hold all cases and can be searched through."""
    here, a, b, c, rest = leaves
    left = added(a, b, c, rest)
    truth = {"all": added(left, here), "left": left, "here": here, "a": a, "b": b, "c": c}
    shown = disclose(truth, TREE, threshold=2)
    values = possible(shown, truth)
    for name, figure in {**truth, "rest": rest}.items():
        for seen, count in zip(values[name], (figure.total, figure.women, figure.men), strict=True):
            assert count in seen
            if count == 1:
                assert len(seen) >= 2, f"{name} can be worked out from {shown}"


def flat_possible(shown: dict[str, Shown], names: str, most: int) -> dict[str, tuple[set, set, set]]:
    found: dict[str, tuple[set, set, set]] = {name: (set(), set(), set()) for name in names}
    pairs = [(w, m) for w in range(most + 1) for m in range(most + 1 - w) if w + m <= 9]
    for filled in itertools.product(*[[pair for pair in pairs if _fits(shown[name], pair)] for name in names]):
        if _fits(shown["all"], (sum(w for w, _ in filled), sum(m for _, m in filled))):
            for name, (w, m) in zip(names, filled, strict=True):
                for values, value in zip(found[name], (w + m, w, m), strict=True):
                    values.add(value)
    return found


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[small_figures] * 3))
def test_small_counts_keep_more_than_a_handful_of_values(parts):
    """Threshold three over a flat table: what may be one or two may as well be three further numbers."""
    rows = flat(*parts)
    shown = disclose(rows, FLAT, threshold=3)
    values = flat_possible(shown, "abc", rows["all"].total)
    for name in "abc":
        counts = (rows[name].total, rows[name].women, rows[name].men)
        for seen, count in zip(values[name], counts, strict=True):
            if 0 < count < 3 and shown["all"].total is not HIDDEN:
                assert max(seen) - min(seen) >= 3, f"{name}: {seen} from {shown}"


big_figures = st.builds(of, st.integers(0, 40), st.integers(0, 40), st.sampled_from([0, 0, 0, 1, 3, 8]))


@settings(max_examples=200, deadline=None)
@given(st.tuples(*[big_figures] * 5))
def test_no_shown_count_is_small(leaves):
    here, a, b, c, rest = leaves
    left = added(a, b, c, rest)
    rows = {"all": added(left, here), "left": left, "here": here, "a": a, "b": b, "c": c}
    shown = disclose(rows, TREE)
    for name, row in shown.items():
        for cell, true in zip((row.total, row.women, row.men), rows[name].as_dict().values(), strict=True):
            assert cell is HIDDEN or (cell == true and not 1 <= cell <= 4)
        if HIDDEN not in (row.total, row.women, row.men):
            assert not 1 <= row.total - row.women - row.men <= 4
    # Differences anybody can take.
    if HIDDEN not in (shown["left"].total, *(shown[n].total for n in "abc")):
        assert not 1 <= shown["left"].total - sum(shown[n].total for n in "abc") <= 4


# --- Curves ------------------------------------------------------------------------------------------

START = dt.date(2015, 10, 1)


def test_quarter_ends_are_those_that_have_passed():
    assert quarter_ends(START, dt.date(2016, 7, 1)) == [
        dt.date(2015, 12, 31),
        dt.date(2016, 3, 31),
        dt.date(2016, 6, 30),
    ]
    assert quarter_ends(dt.date(2015, 11, 5), dt.date(2015, 12, 31)) == []


@given(st.lists(st.tuples(st.integers(0, 520), st.integers(0, 4)), max_size=60))
def test_by_quarter_tells_of_no_single_person(steps):
    points, running = [], 0
    for days, number in sorted(steps):
        running += number
        points.append((START + dt.timedelta(days=days), running))
    until = dt.date(2017, 3, 15)
    shown = by_quarter(points, START, until)
    assert all(number % 5 == 0 for _, number in shown)
    assert [number for _, number in shown] == sorted(number for _, number in shown)
    known_today = running
    if shown:
        # The last shown one is at least its number and less than five more: so many growths remain possible.
        last = shown[-1][1]
        assert min(known_today, last + 4) - last + 1 >= 5
