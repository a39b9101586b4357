from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VillagesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "villages"

    def ready(self) -> None:
        from programs import reviews, warnings
        from programs.modules import ProgrammeModule, ProjectKind, register
        from villages.demo import load_demo
        from villages.panels import panels
        from villages.queries import place_warnings
        from villages.reviews import RECHECKS
        from villages.services.packs import load
        from villages.workflow import FLOWS

        levels = {"city": "villages-city", "county": "villages-county"}
        register(
            ProgrammeModule(
                code="villages",
                name=_("Model villages"),
                order=10,
                kinds=(
                    ProjectKind("village", _("Model village"), levels),
                    ProjectKind("town", _("Model town"), levels),
                    ProjectKind("belt", _("Model belt"), {}),
                    ProjectKind("plan", _("Three-year plan"), {}),
                ),
                workflows=FLOWS,
                panels=panels,
                load_pack=load,
                load_demo=load_demo,
            )
        )
        warnings.register(place_warnings)
        reviews.register(RECHECKS)
