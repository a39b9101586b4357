"""Every table of business data says who may see its rows."""

import pytest
from django.apps import apps
from django.core import checks

from programs.models.scope import Scope, ScopedModel, ScopedQuerySet
from tests.guards.test_imports import INITIATIVES

BUSINESS = [
    model
    for label in ("programs", "subsidies", *INITIATIVES)
    if apps.is_installed(label)
    for model in apps.get_app_config(label).get_models()
]
# Rows nobody is refused by scope, and why.
UNSCOPED = {
    "StoredFile": "reached only through the bulletin or job that holds it, whose scope decides",
    "SummaryDirty": "a queue that only the refresh task reads",
}


def test_system_checks_pass():
    found = [message for message in checks.run_checks() if message.level >= checks.WARNING]
    assert not found, "\n".join(str(message) for message in found)


def test_scope_check_is_registered():
    assert [check for check in checks.registry.registry.get_checks() if "luoshi" in getattr(check, "tags", ())]


@pytest.mark.parametrize("model", BUSINESS, ids=lambda model: model.__name__)
def test_model_declares_its_scope(model):
    if model.__name__ in UNSCOPED:
        assert not issubclass(model, ScopedModel)
        return
    assert issubclass(model, ScopedModel), f"{model.__name__}: derive from ScopedModel or say in UNSCOPED why not"
    assert isinstance(model.scope, Scope)
    assert isinstance(model._default_manager.all(), ScopedQuerySet), (
        f"{model.__name__}: its default manager has no visible_to"
    )
