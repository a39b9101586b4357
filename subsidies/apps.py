from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubsidiesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "subsidies"

    def ready(self) -> None:
        from programs.modules import ProgrammeModule, register
        from subsidies.demo import load_demo
        from subsidies.packs import FILES, load
        from subsidies.panels import shared_panels
        from subsidies.reviews import register_reviews

        # no programme of its own: it reads its files in every pack and comes after the initiatives that earn awards
        register(
            ProgrammeModule(
                code="subsidies",
                name=_("Money"),
                order=900,
                shared_panels=shared_panels,
                load_pack=load,
                pack_files=FILES,
                load_demo=load_demo,
            )
        )
        register_reviews()
