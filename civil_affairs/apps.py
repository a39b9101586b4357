from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CivilAffairsConfig(AppConfig):
    name = "civil_affairs"

    def ready(self) -> None:
        from programs.modules import ProgrammeModule, register

        register(ProgrammeModule(code="civil-affairs", name=_("Civil affairs"), order=60))
