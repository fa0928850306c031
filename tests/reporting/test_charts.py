"""Charts are text: well-formed, the same twice, safe on a page with a strict policy, and readable without colour."""

import datetime as dt
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from reporting import charts

START, END, TODAY = dt.date(2015, 10, 1), dt.date(2018, 9, 30), dt.date(2017, 3, 15)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "]]><script>alert(1)</script> & \"quoted\" 'too' \u202e😀 \x00\x07"


@pytest.fixture(autouse=True)
def in_swedish():
    with override("sv"):
        yield


def bar(**options):
    given_: dict[str, Any] = {
        "goal": "A",
        "counted": 58,
        "on_the_way": 31,
        "pending": 9,
        "target": 140,
        "title": "58 av 140",
    }
    return charts.goal_bar(**(given_ | options))


def pace(**options):
    given_: dict[str, Any] = {
        "goal_a": [(dt.date(2016, 5, 1), 3), (dt.date(2017, 3, 1), 58)],
        "goal_b": [(dt.date(2016, 6, 1), 34)],
        "target_a": 140,
        "target_b": 84,
        "start": START,
        "end": END,
        "today": TODAY,
        "title": "Takten räcker",
        "description": "58 i mål 1, 34 i mål 2",
    }
    return charts.pace(**(given_ | options))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 — our own text, which is what is tested.


def letters(svg: str) -> list[str]:
    return [text.text or "" for text in parsed(svg).iter(f"{SVG}text")]


def widths(svg: str) -> list[float]:
    """Of the parts of a bar, in per cent: the rectangles after the clip and the track."""
    return [float(rect.get("width", "").rstrip("%")) for rect in parsed(svg).findall(f"{SVG}g/{SVG}rect")][1:]


@pytest.mark.parametrize("draw", [bar, pace])
def test_charts_are_the_same_bytes_twice(draw):
    assert draw() == draw()


@pytest.mark.parametrize("draw", [bar, pace])
def test_charts_have_a_name_a_description_and_a_role(draw):
    root = parsed(draw())

    named_by = root.get("aria-labelledby", "").split()
    ids = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    assert root.get("role") == "img"
    assert [ids[name] for name in named_by] == [root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")]


@pytest.mark.parametrize("svg", [bar(), pace(), charts.swatch(goal="B", part="pending")])
def test_charts_hold_nothing_that_a_strict_policy_blocks(svg):
    root = parsed(svg)

    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in {"style", "script", "foreignObject", "image", "a"}
        assert not {name for name in element.attrib if name == "style" or name.startswith("on") or "href" in name}
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("draw", [bar, pace])
def test_charts_show_hostile_words_as_words(draw):
    root = parsed(draw(title=HOSTILE))

    assert "<script>alert(1)</script>" in root.findtext(f"{SVG}title", "")
    assert not list(root.iter(f"{SVG}script"))


def test_ids_differ_between_charts_of_one_page():
    page = bar() + bar(goal="B") + pace() + "".join(charts.swatch(goal=g, part=p) for g in "AB" for p in charts.PARTS)

    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_every_reference_has_its_target():
    for svg in (bar(), pace(), charts.swatch(goal="A", part="on_the_way")):
        ids = set(re.findall(r' id="([^"]+)"', svg))
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= ids


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.none() | st.integers(1, 500))
def test_goal_bar_gives_every_person_the_same_width_and_stays_inside(counted, on_the_way, pending, target):
    svg = bar(counted=counted, on_the_way=on_the_way, pending=pending, target=target)

    numbers = [number for number in (counted, on_the_way, pending) if number]
    parts = widths(svg)
    assert len(parts) == len(numbers)
    assert sum(parts) <= 100
    if numbers:
        per_person = sum(parts) / sum(numbers)
        assert all(abs(part - number * per_person) < 0.02 for part, number in zip(parts, numbers, strict=True))


def test_goal_bar_tells_its_parts_apart_without_colour():
    svg = bar()

    fills = [rect.get("fill", "") for rect in parsed(svg).findall(f"{SVG}g/{SVG}rect")][1:]
    assert fills[0] == charts.COLOUR["A"]
    assert fills[1].startswith("url(#")
    assert fills[2].startswith("url(#")
    assert fills[1] != fills[2]


def test_goal_bar_without_a_target_has_no_mark():
    assert letters(bar(target=None)) == []
    assert len(letters(bar())) == 1


def test_pace_labels_targets_plans_and_the_state_of_the_day():
    words = letters(pace())

    assert "2017-03-15" in words
    assert sum("140" in word for word in words) == 1
    assert sum("84" in word for word in words) == 1
    assert sum(word.endswith("58") for word in words) == 1
    assert sum(word.endswith("34") for word in words) == 1


def test_pace_draws_the_plan_straight_from_the_start_to_the_target():
    paths = [path.get("d", "") for path in parsed(pace(width="1000")).iter(f"{SVG}path")]

    plan = next(d for d in paths if "L" in d)
    height_of_target = next(d for d in paths if "L" not in d).removeprefix("M0 ").split("H")[0]
    assert plan == f"M0 {charts.BOTTOM}L900 {height_of_target}"


def test_pace_leaves_out_what_is_dated_after_the_day():
    early = pace(goal_a=[(dt.date(2016, 5, 1), 3)])
    late = pace(goal_a=[(dt.date(2016, 5, 1), 3), (dt.date(2017, 6, 1), 3)])

    def stairs(svg: str) -> list[str]:
        return [path.get("d", "") for path in parsed(svg).iter(f"{SVG}path") if "V" in path.get("d", "")]

    assert stairs(early) == stairs(late)


@pytest.mark.parametrize(
    "options",
    [
        {"goal_a": [], "goal_b": []},
        {"goal_a": [], "goal_b": [], "target_a": None, "target_b": None},
        {"today": START},
        {"today": END + dt.timedelta(days=400)},
        {"end": START},
        {"end": dt.date(2035, 9, 30)},
        {"goal_a": [(TODAY, 12_345)]},
    ],
)
def test_pace_is_drawn_for_unusual_projects_too(options):
    root = parsed(pace(**options))

    for element in root.iter():
        for name in ("x", "y", "cx", "cy", "x1", "x2", "y1", "y2"):
            place = float((element.get(name) or "0").rstrip("%"))
            assert -10 <= place <= charts.HEIGHT


@given(st.integers(4, 2_000_000))
def test_axis_has_between_three_and_six_round_steps(highest):
    step = charts._round_step(highest)

    assert 1 <= -(-highest // step) <= 6
    assert str(step).rstrip("0") in {"1", "2", "5"}


@given(st.floats(charts.TOP, charts.BOTTOM), st.floats(charts.TOP, charts.BOTTOM))
def test_labels_never_touch_each_other(a, b):
    places = charts._apart({"A": a, "B": b})

    assert abs(places["A"] - places["B"]) >= charts.LABEL - 1e-9
    assert max(places.values()) <= charts.BOTTOM
