from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiversConfig(AppConfig):
    name = "rivers"

    def ready(self) -> None:
        from programs.modules import ProgrammeModule, register

        register(ProgrammeModule(code="rivers", name=_("Happy rivers and reservoirs"), order=40))
