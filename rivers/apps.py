from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiversConfig(AppConfig):
    name = "rivers"

    def ready(self) -> None:
        from programs.models import BUSINESS_ROLES
        from programs.modules import Link, ProgrammeModule, ProjectKind, register
        from programs.services.notices import register_fields
        from rivers.demo import load_demo
        from rivers.packs import load_rivers
        from rivers.panels import panels, shown_in_notice
        from rivers.workflow import BY_LEVEL, WORKFLOWS

        register(
            ProgrammeModule(
                code="rivers",
                name=_("Happy rivers and reservoirs"),
                order=40,
                kinds=(
                    ProjectKind("river", _("river reach"), BY_LEVEL),
                    ProjectKind("reservoir", _("reservoir"), BY_LEVEL),
                ),
                workflows=WORKFLOWS,
                links=(Link("rivers:register", _("Waters"), tuple(BUSINESS_ROLES)),),
                panels=panels,
                load_pack=load_rivers,
                load_demo=load_demo,
            )
        )
        for flow in WORKFLOWS:
            register_fields(flow.code, shown_in_notice)
