"""Deeds with saved views: save, change, delete."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from participants import rules
from participants.actions.frame import save
from participants.models import SavedView
from partners.models import Organisation, User


@transaction.atomic
def save_view(
    *,
    view: SavedView | None = None,
    query: str = "",
    unknown: Collection[str] = (),
    name: str,
    shared_with: Organisation | None,
    is_start: bool,
    by: User,
) -> SavedView:
    """A new view of this question, or new words on an old one. The same name and question again are the same view."""
    User.objects.select_for_update().get(pk=by.pk)
    name = " ".join(name.split())
    if view is None:
        view = SavedView.objects.filter(user=by, name=name, query=query).first()
    rules.check_saved_view(by, unknown, is_new=view is None)
    view = view or SavedView(user=by, query=query)
    if is_start:
        SavedView.objects.filter(user=by, is_start=True).exclude(pk=view.pk).update(is_start=False)
    view.name, view.shared_with, view.is_start = name, shared_with, is_start
    save(view)
    return view


@transaction.atomic
def delete_view(*, view: SavedView, by: User) -> None:
    """Gone for everybody with whom it was shared. Deleting it twice deletes it once."""
    SavedView.objects.filter(pk=view.pk, user=by).delete()
