"""What production forgives and the tests do not: a template's unknown variable, and an order that nobody asked for.

`install()` is called once, before the first template is compiled.
"""

import random
from pathlib import Path

from django.conf import settings
from django.db import models
from django.template import base

OUR_APPS = {"partners", "enterprises", "participants", "reporting"}


class UnknownVariable(AssertionError):
    """A template asked for what the view did not give. `{% if %}` or `|default:` say that it may be missing."""


class StrictFilterExpression(base.FilterExpression):
    def __init__(self, token, parser):
        super().__init__(token, parser)
        self.where = _path_of(parser)
        # Saying `|default:` is saying that it may be missing.
        forgiving = {"default", "default_if_none"}
        first = self.filters[0][0].__name__ if self.filters else ""
        self.is_strict = self.where is not None and self.is_var and first not in forgiving

    def resolve(self, context, ignore_failures=False):
        if ignore_failures or not self.is_strict:
            return super().resolve(context, ignore_failures)
        try:
            value = self.var.resolve(context)
        except base.VariableDoesNotExist as missing:
            raise UnknownVariable(f"{self.where}: {{{{ {self.token} }}}}") from missing
        return _Resolved(self, value).resolve(context)


class _Resolved(base.FilterExpression):
    """The same filters over a value that is already found, so that nothing is asked twice."""

    def __init__(self, expression, value):
        self.token, self.filters, self.var, self.is_var = expression.token, expression.filters, value, False


def _path_of(parser) -> str | None:
    """The template's path when the page is ours; allauth's own pages live on variables that may be missing."""
    name = getattr(getattr(parser, "origin", None), "name", "") or ""
    folder = Path(settings.BASE_DIR) / "templates"
    if not Path(name).is_relative_to(folder) or Path(name).is_relative_to(folder / "allauth"):
        return None
    return str(Path(name).relative_to(folder))


def _compile_filter(self, token):
    return StrictFilterExpression(token, self)


class UnorderedSlice(AssertionError):
    """Rows 1 to 25 of something without an order are any 25 rows."""


def _is_unordered(queryset) -> bool:
    return queryset.model is not None and queryset.model._meta.app_label in OUR_APPS and not queryset.ordered


def install() -> None:
    base.Parser.compile_filter = _compile_filter  # type: ignore[method-assign]
    fetch, take = models.QuerySet._fetch_all, models.QuerySet.__getitem__

    def fetch_in_any_order(self):
        is_new = self._result_cache is None
        fetch(self)
        if is_new and len(self._result_cache) > 1 and _is_unordered(self):
            random.shuffle(self._result_cache)

    def take_in_order(self, k):
        if self._result_cache is None and not self.query.is_sliced and _is_unordered(self):
            raise UnorderedSlice(f"{self.model.__name__}: sliced without an order")
        return take(self, k)

    models.QuerySet._fetch_all = fetch_in_any_order  # type: ignore[method-assign]
    models.QuerySet.__getitem__ = take_in_order  # type: ignore[method-assign]
