from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FarmlandConfig(AppConfig):
    name = "farmland"

    def ready(self) -> None:
        from programs.modules import ProgrammeModule, register

        register(ProgrammeModule(code="farmland", name=_("High-standard farmland"), order=20))
