"""Tests of the code base itself: the promises of ARCHITECTURE, STYLE and SAFETY that no type checker knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.urls import get_resolver

from participants.models import Participation
from partners import change_log, change_triggers
from partners.models import Membership
from tests.every_url import every_url

ROOT = Path(settings.BASE_DIR)
OUR_APPS = ("partners", "enterprises", "participants", "reporting")
CODE = sorted(
    path for app in ("grundsteget", *OUR_APPS) for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TREES = {path: ast.parse(path.read_text()) for path in CODE}
OUR_MODELS = [model for app in OUR_APPS for model in apps.get_app_config(app).get_models() if model._meta.managed]


def place(path: Path, node: ast.AST | None = None) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}" if node is not None else str(path.relative_to(ROOT))  # type: ignore[attr-defined]


def is_page_code(path: Path) -> bool:
    """Code that works for somebody who is logged in: what it shows must be what she may see."""
    parts = {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    return bool(parts & {"views", "forms", "tables", "filters", "context"})


# --- Rows about people are taken through visible_to (P-05) ------------------------------------------------

GUARDED = {model.__name__ for model in OUR_MODELS if hasattr(model._default_manager, "visible_to")}
# Function and model where the rows only narrow, or are shown with, participations taken through visible_to.
BARE_IS_FINE: set[tuple[str, str]] = {
    ("_recent", "JournalEntry"),
    ("_recent", "CareTeamMember"),
    ("_consented", "Consent"),
    ("enterprise_people", "Activity"),
    ("_header", "Stint"),
    ("export_audit", "ExportFile"),  # guarded by `overseen_by`: who, when and why, and nobody's file
}


def _bare_querysets(tree: ast.AST) -> Iterator[tuple[str, str, ast.Attribute]]:
    """`Model.objects` and `participation.journal` without `.visible_to`, and the function they stand in."""
    allowed = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"visible_to", "kept_by", "none"}
    }
    for function, node in _with_function(tree):
        if not isinstance(node, ast.Attribute) or id(node) in allowed:
            continue
        owner = getattr(node.value, "id", "")
        if node.attr in {"objects", "_default_manager"} and owner in GUARDED:
            yield function, owner, node
        elif node.attr == "journal" and isinstance(node.value, ast.Name):  # notes of other organisations among them
            yield function, "JournalEntry", node


def _with_function(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        inside = node.name if isinstance(node, ast.FunctionDef) else function
        yield inside, node
        yield from _with_function(node, inside)


def test_pages_take_rows_about_people_through_visible_to():
    found = [
        f"{place(path, node)} {model} in {function}"
        for path, tree in TREES.items()
        if is_page_code(path)
        for function, model, node in _bare_querysets(tree)
        if (function, model) not in BARE_IS_FINE
    ]
    assert not found, "bare querysets:\n" + "\n".join(found)


def test_the_search_for_bare_querysets_finds_one():
    bad = ast.parse("Participation.objects.filter(pk=1); participation.journal.all()")
    good = ast.parse("Participation.objects.visible_to(u).filter(pk=1); participation.journal.visible_to(u)")
    assert len(list(_bare_querysets(bad))) == 2
    assert not list(_bare_querysets(good))


def test_every_model_about_a_participation_has_visible_to():
    missing = {
        model.__name__
        for model in OUR_MODELS
        if any(field.related_model is Participation for field in model._meta.concrete_fields)
        and not hasattr(model._default_manager, "visible_to")
    }
    missing -= {"ReportFact"}  # reached through its report, which is found by visible_to
    assert not missing, "without visible_to: " + ", ".join(sorted(missing))


# --- Every view asks (P-02) ---------------------------------------------------------------------------

# Pages that show nothing but what the log-in itself gives.
NEEDS_NO_RIGHT = {"healthz", "readyz", "hat_change"}


def _functions(app: str) -> dict[str, ast.FunctionDef]:
    return {
        node.name: node
        for path, tree in TREES.items()
        if path.relative_to(ROOT).parts[0] == app and is_page_code(path)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


def _asks(function: ast.FunctionDef, functions: dict[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> bool:
    """Whether the view, or a function of its app that it calls, asks for a right or takes visible rows only."""
    attributes = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    if attributes & {"visible_to", "require", "projects", "has"}:
        return True
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)} & functions.keys() - seen
    return any(_asks(functions[name], functions, seen | {function.name}) for name in names - {function.name})


def _own_views() -> Iterator[tuple[str, str]]:
    def walk(resolver):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern)
            elif pattern.callback.__module__.split(".")[0] in OUR_APPS:
                callback = pattern.callback
                while hasattr(callback, "__wrapped__"):
                    callback = callback.__wrapped__
                yield callback.__module__.split(".")[0], callback.__name__

    yield from walk(get_resolver())


@pytest.mark.parametrize(("app", "view"), sorted(set(_own_views())))
def test_every_view_asks_for_a_right_or_takes_visible_rows(app, view):
    functions = _functions(app)
    assert view in functions, f"{app}.{view}: views are functions in views.py or views/"
    assert view in NEEDS_NO_RIGHT or _asks(functions[view], functions), f"{app}.{view} asks for nothing"


# --- Roles, clocks, secrets ---------------------------------------------------------------------------

# Where memberships are made or described.
MAY_NAME_ROLES = {"partners/access.py", "partners/models/people.py", "reporting/demo.py"}


def test_no_role_is_compared_by_name_outside_access():
    found = []
    for path, tree in TREES.items():
        if str(path.relative_to(ROOT)) in MAY_NAME_ROLES or "management" in path.parts or "demo" in path.parts:
            continue
        for node in ast.walk(tree):
            names_role = (
                isinstance(node, ast.Attribute)
                and node.attr == "Role"
                and getattr(node.value, "id", "") == "Membership"
            )
            compares = isinstance(node, ast.Compare) and any(
                isinstance(constant, ast.Constant) and constant.value in Membership.Role.values
                for constant in ast.walk(node)
            )
            if names_role or compares:
                found.append(place(path, node))
    for path in TEMPLATES:
        if re.search(r"\.role\s*(==|!=|in\b)", path.read_text()):
            found.append(place(path))
    assert not found, "roles by name: " + ", ".join(found)


# Leases and time-outs run by the real clock, also while a demo or a test plays on another day.
MAY_ASK_THE_CLOCK = {
    "grundsteget/dates.py",
    "partners/middleware.py",
    "partners/step_up.py",
    "reporting/models.py",
    "reporting/actions.py",
    "reporting/tasks.py",
}
CLOCKS = {
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("timezone", "localtime"),
    ("time", "time"),
}


def _asks_the_clock(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    reads_a_value = node.func.attr in {"localtime", "localdate"} and bool(node.args)
    return (name, node.func.attr) in CLOCKS and not reads_a_value


def test_only_one_place_asks_the_clock():
    found = [
        place(path, node)
        for path, tree in TREES.items()
        if str(path.relative_to(ROOT)) not in MAY_ASK_THE_CLOCK
        for node in ast.walk(tree)
        if _asks_the_clock(node)
    ]
    found += [place(path) for path in TEMPLATES if re.search(r"{%\s*now\b", path.read_text())]
    assert not found, "use grundsteget.dates: " + ", ".join(found)


def test_what_the_change_log_leaves_out_exists():
    """A name that was misspelt, or that has moved, masks nothing."""
    fields = {
        model._meta.label: {field.name for field in model._meta.concrete_fields}
        for app in OUR_APPS
        for model in apps.get_app_config(app).get_models()
    }
    assert fields.keys() >= change_log.EXCLUDED.keys()
    for named in (change_log.MASKED, change_log.LEFT_OUT):
        missing = {label: names - fields.get(label, set()) for label, names in named.items()}
        assert not any(missing.values()), missing


# Hashes that open nothing: they seal a file or a report.
SEALS = {"sha256"}


def test_the_change_log_masks_whatever_sounds_like_a_secret():
    sounds = re.compile(r"cipher|encrypted|hash|password|token|secret|otp|private")
    found = {
        f"{one.label}.{field.column}"
        for one in change_log.traced()
        for field in one.fields
        if sounds.search(field.name) and field.name not in SEALS and field.column not in one.masked
    }
    assert not found - NO_SECRETS, "mask in partners/change_log.py: " + ", ".join(sorted(found - NO_SECRETS))


# Sound like a secret and are none.
NO_SECRETS = {
    "partners.user.password_links",  # how many links were made
}


@pytest.mark.django_db
def test_every_change_of_every_table_is_logged_by_the_database():
    assert not change_triggers.faults(connection), "not logged; `python manage.py migrate` puts the triggers back"
    logged = {table for table, _ in change_triggers.installed(connection)}
    excluded = {apps.get_model(label)._meta.db_table for label in change_log.EXCLUDED}
    assert logged == {model._meta.db_table for model in OUR_MODELS} - excluded


def test_nothing_is_exempt_from_csrf():
    assert not [place(path) for path in CODE if "csrf_exempt" in path.read_text()]


def test_only_health_is_open_without_log_in():
    found = {place(path) for path in CODE if re.search(r"@login_not_required|login_required = False", path.read_text())}
    assert found <= {"grundsteget/health.py"}


def test_tasks_take_ids_only():
    current_app.loader.import_default_modules()
    for name, task in current_app.tasks.items():
        if name.split(".")[0] in OUR_APPS:
            annotations = {k: v for k, v in task.run.__annotations__.items() if k != "return"}
            assert set(annotations.values()) <= {int, "int"}, f"{name}: {annotations}"


# --- Templates (P-32) ---------------------------------------------------------------------------------

FORBIDDEN = {
    "inline style": r"\sstyle\s*=|<style\b",
    "inline script": r"<script(?![^>]*\bsrc=)",
    "inline handler": r"<[^>]*\s(on[a-z]+|hx-on[^=]*)\s*=",
    "script as an address": r"javascript:|(hx-vals|hx-headers)=['\"]js:",
    "unescaped text": r"\|\s*safe\b|{%\s*autoescape\s+off|\|\s*safeseq\b",
    "foreign asset": r"<(script|link|img|iframe|source)\b[^>]*(src|href)=['\"](https?:)?//",
}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_templates_have_nothing_that_the_policy_forbids(kind):
    pattern = re.compile(FORBIDDEN[kind], re.IGNORECASE)
    found = [place(path) for path in TEMPLATES if pattern.search(path.read_text())]
    assert not found, f"{kind}: " + ", ".join(found)


# Charts are drawings: `reporting.charts` escapes each of their words itself, and `test_charts` holds it.
MAY_MAKE_MARKUP = {"reporting/dashboard.py", "reporting/charts.py"}


def test_python_makes_no_markup_by_hand():
    found = {place(path) for path in CODE if re.search(r"\bmark_safe\b|\bSafeString\b|__html__", path.read_text())}
    found -= MAY_MAKE_MARKUP
    assert not found, "use a template or format_html: " + ", ".join(sorted(found))


def test_every_form_that_posts_has_the_csrf_token():
    pattern = re.compile(r"<form\b[^>]*method=[\"']post[\"'].*?</form>", re.IGNORECASE | re.DOTALL)
    found = [
        place(path)
        for path in TEMPLATES
        for form in pattern.findall(path.read_text())
        if "csrf_token" not in form and "{% crispy" not in form
    ]
    assert not found, "without {% csrf_token %}: " + ", ".join(found)


def test_every_address_is_used_somewhere():
    text = "\n".join(path.read_text() for path in [*TEMPLATES, *CODE, *(ROOT / "tests").rglob("*.py")])
    unused = [
        name
        for name, _ in every_url()
        if name.split(":")[0] in OUR_APPS and f'"{name}"' not in text and f"'{name}'" not in text
    ]
    assert not unused, "addresses without a link or a test: " + ", ".join(unused)


# --- Files ----------------------------------------------------------------------------------------------


def test_migrations_are_named_for_what_they_mean():
    found = [
        place(path)
        for app in OUR_APPS
        for path in (ROOT / app / "migrations").glob("0*.py")
        if re.search(r"_auto_|_initial$|^\d{4}_alter_|_and_more$", path.stem)
    ]
    assert not found


def test_no_drawer_for_odds_and_ends():
    forbidden = {"utils", "helpers", "services", "common", "misc"}
    assert not [place(path) for path in CODE if {path.stem, path.parent.name} & forbidden]


def test_views_and_forms_end_with_no_naked_queries_in_templates():
    """Templates loop and format; they never start a query that grows with the rows."""
    pattern = re.compile(r"{[{%][^}]*\.(objects|all|filter)\b(?!\.)[^}]*[}%]}")
    found = [place(path) for path in TEMPLATES if pattern.search(path.read_text())]
    assert not found, "queries in templates: " + ", ".join(found)


@pytest.mark.django_db
def test_triggers_guard_both_logs():
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        triggers = " ".join(name for (name,) in cursor.fetchall())
    for table in ("partners_accesslog", "partners_accesssubject", "partners_change"):
        expected = {"sqlite": 2, "postgresql": 3 if table == "partners_change" else 2}[connection.vendor]
        assert triggers.count(f"{table}_no_") == expected, f"{table} has lost its triggers: a migration rebuilt it"
