"""Checks that run at start: a table without a declared scope must not exist."""

from django.apps import apps
from django.core.checks import Error, register
from django.core.exceptions import FieldError

from programs.models.scope import Scope, ScopedModel


@register("luoshi")
def every_scoped_model_declares_its_scope(app_configs, **kwargs):
    """E001 for a ScopedModel without a ``scope`` attribute, or whose lookups do not resolve."""
    errors = []
    for model in apps.get_models():
        if not issubclass(model, ScopedModel):
            continue
        scope = getattr(model, "scope", None)
        if not isinstance(scope, Scope):
            errors.append(
                Error(
                    f"{model.__name__} declares no scope",
                    hint="scope = Scope(unit_path=…, programme=…)",
                    obj=model,
                    id="programs.E001",
                )
            )
            continue
        for lookup in filter(None, (scope.unit_path, scope.programme)):
            try:
                str(model._default_manager.filter(**{f"{lookup}__isnull": False}).query)
            except FieldError as error:
                errors.append(Error(f"{model.__name__}.scope: {lookup}: {error}", obj=model, id="programs.E002"))
    return errors
