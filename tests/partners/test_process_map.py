"""The process map: everybody with a role today, in a drawing and in words."""

import datetime as dt
import itertools
from xml.etree import ElementTree

from partners.models import Partnership
from partners.process_map import MARGIN, NAMES, WIDTH, process_map
from tests.factories import make_organisation, make_partnership

URL = "/partner/karta/"


def boxes(found) -> dict:
    return {box.role: box for box in found.boxes}


def test_process_map_places_those_with_a_role_today(cast):
    Partnership.objects.filter(organisation=cast.district_b).update(ended_on=dt.date(2016, 12, 31))
    found = boxes(process_map(cast.project))
    assert cast.social_services in found["refers"].organisations
    assert cast.district_b not in found["refers"].organisations
    assert found["employs"].organisations == [cast.enterprise.organisation]
    assert found["prepares"].is_empty  # an empty step shows as a gap
    assert "sells" not in found


def test_boxes_stay_inside_and_apart(cast):
    for role in Partnership.Role.values:
        for _ in range(12):
            make_partnership(make_organisation(), cast.project, role)
    found = process_map(cast.project)
    for box in found.boxes:
        assert box.x >= MARGIN
        assert box.x + box.width <= WIDTH
        assert box.y + box.height <= found.height
        assert len(box.lines) <= NAMES
    for one, other in itertools.combinations(found.boxes, 2):
        apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
        apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert apart_x or apart_y, f"{one.role} covers {other.role}"


def test_page_has_the_drawing_and_the_words(cast, as_coordinator):
    make_partnership(make_organisation("Kök & <Kafé>"), cast.project, "employs")
    page = as_coordinator.get(URL)
    drawing = ElementTree.fromstring(page.text[page.text.index("<svg viewBox") : page.text.index("</svg>") + 6])  # noqa: S314
    assert drawing.attrib["role"] == "img"
    assert not [node for node in drawing.iter() if "style" in node.attrib]
    words = page.text[page.text.index('<ol class="map-words"') :]
    assert "Kök &amp; &lt;Kafé&gt;" in words
    assert "Socialtjänsten i Angered" in words


def test_process_map_takes_the_same_queries_for_many(cast, as_coordinator, django_assert_max_num_queries):
    as_coordinator.get(URL)
    with django_assert_max_num_queries(15) as before:
        as_coordinator.get(URL)
    for _ in range(25):
        make_partnership(make_organisation(), cast.project)
    with django_assert_max_num_queries(15) as after:
        as_coordinator.get(URL)
    assert len(before) == len(after)
