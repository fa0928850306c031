"""Fill in a page's form as a browser would: only fields that are there, and what is there already is sent along."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class FormNotFound(AssertionError):
    pass


class _Forms(HTMLParser):
    """Every form of a page: where it goes, and what it would send untouched. A choice's options are kept beside it."""

    def __init__(self):
        super().__init__()
        self.forms: list[dict] = []
        self._select: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.forms.append({"attributes": given, "values": {}, "options": {}, "open": True})
        if not self.forms or not self.forms[-1]["open"] or "disabled" in given:
            return
        form, name = self.forms[-1], given.get("name")
        if tag == "input" and name:
            self._input(form, name, given)
        elif tag == "select" and name:
            self._select = name
            form["values"].setdefault(name, "")
            form["options"].setdefault(name, [])
        elif tag == "textarea" and name:
            self._textarea = name
            form["values"][name] = ""
        elif tag == "option" and self._select:
            form["options"][self._select].append(given.get("value", ""))
            if "selected" in given:
                form["values"][self._select] = given.get("value", "")

    @staticmethod
    def _input(form, name, given):
        kind = given.get("type", "text")
        if kind in {"submit", "button", "image", "reset"}:
            return
        if kind in {"checkbox", "radio"}:
            form["options"].setdefault(name, []).append(given.get("value", "on"))
            chosen = form["values"].setdefault(name, [])
            if "checked" in given:
                chosen.append(given.get("value", "on"))
            return
        form["values"][name] = given.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form" and self.forms:
            self.forms[-1]["open"] = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data):
        if self._textarea and self.forms:
            values = self.forms[-1]["values"]
            values[self._textarea] = (values[self._textarea] + data).removeprefix("\n")


def forms_of(response: Any) -> list[dict]:
    parser = _Forms()
    parser.feed(response.content.decode())
    return [form for form in parser.forms if form["attributes"].get("method", "get").lower() == "post"]


def form_of(response: Any, address: str, *, holding: str = "") -> dict:
    """The form on the page that posts to this address (or to the page itself) and has a field of this name."""
    for form in forms_of(response):
        target = form["attributes"].get("action") or address
        if target.split("?")[0] == address and (not holding or holding in form["values"]):
            return form
    raise FormNotFound(f"no form on the page posts to {address}")


def send(client: Client, page: Any, address: str, *, press: str = "", **answers: object) -> Any:
    """Change the named fields of the form on the page and send it; `press` is the name of a button that has one.

    None empties a choice; a list ticks several.
    """
    form = form_of(page, address, holding=next(iter(answers), ""))
    unknown = answers.keys() - form["values"].keys()
    assert not unknown, f"{address}: the form has no {', '.join(sorted(unknown))} but {', '.join(form['values'])}"
    values = {**form["values"], **answers}
    data = {name: _typed(value) for name, value in values.items() if value not in (None, [])}
    return client.post(address, {**data, **({press: "1"} if press else {})})


def _typed(value: object) -> object:
    return [str(item) for item in value] if isinstance(value, list) else str(value)


def fill_in(client: Client, address: str, *, page: str = "", press: str = "", **answers: object) -> Any:
    """Open the page, change the named fields, send the form. `page` is where the form stands, if elsewhere."""
    opened = client.get(page or address)
    assert opened.status_code == 200, f"{page or address}: {opened.status_code}"
    return send(client, opened, address, press=press, **answers)
