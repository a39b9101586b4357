from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CooperativesConfig(AppConfig):
    name = "cooperatives"

    def ready(self) -> None:
        from programs.modules import ProgrammeModule, register

        register(ProgrammeModule(code="cooperatives", name=_("Cooperatives and family farms"), order=30))
