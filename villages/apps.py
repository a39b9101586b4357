from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VillagesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "villages"

    def ready(self) -> None:
        from programs import reviews, warnings
        from programs.models import BUSINESS_ROLES
        from programs.modules import Link, ProgrammeModule, ProjectKind, register
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
                links=(
                    Link("villages-year", pgettext_lazy("model villages", "The year"), BUSINESS_ROLES),
                    Link("villages-quotas", _("Quotas and awards"), BUSINESS_ROLES),
                    Link("villages-plans", _("Three-year plans"), BUSINESS_ROLES),
                    Link("villages-belts", _("Belts"), BUSINESS_ROLES),
                    Link("villages-sample", _("Sample of the city"), BUSINESS_ROLES),
                ),
                panels=panels,
                load_pack=load,
                load_demo=load_demo,
            )
        )
        warnings.register(place_warnings)
        reviews.register(RECHECKS)
