from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ElderCareConfig(AppConfig):
    name = "eldercare"

    def ready(self) -> None:
        from programs.modules import ProgrammeModule, register

        register(ProgrammeModule(code="eldercare", name=_("Elder care"), order=50))
