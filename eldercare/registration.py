"""What elder care registers with the core, once, when the applications are ready."""

from django.utils.translation import gettext_lazy as _

from eldercare import burden
from eldercare import reviews as own_reviews
from eldercare.panels import panels
from eldercare.pools import POOL
from eldercare.services.demo import load_demo
from eldercare.services.facilities import PROJECT_KIND
from eldercare.services.pack import FILES, load_pack
from programs import draw_pools, reviews
from programs.models import BUSINESS_ROLES
from programs.modules import Link, ProgrammeModule, ProjectKind, register
from programs.queries import burden_lines

LINKS = (
    Link("eldercare-facilities", _("Facilities"), BUSINESS_ROLES),
    Link("eldercare-estates", _("Housing estates"), BUSINESS_ROLES),
    Link("eldercare-institutions", _("Institutions"), BUSINESS_ROLES),
    Link("eldercare-drills", _("Drills"), BUSINESS_ROLES),
    Link("eldercare-coverage", _("Coverage"), BUSINESS_ROLES),
    Link("eldercare-counts", _("Retrofits and training"), BUSINESS_ROLES),
    Link("eldercare-split", _("Split of the year's tasks"), BUSINESS_ROLES),
)


def register_all() -> None:
    register(
        ProgrammeModule(
            code="eldercare",
            name=_("Elder care"),
            order=50,
            kinds=(ProjectKind(PROJECT_KIND, _("Elder-care facility"), {}),),
            links=LINKS,
            panels=panels,
            load_pack=load_pack,
            pack_files=FILES,
            load_demo=load_demo,
        )
    )
    for review in own_reviews.REVIEWS:
        reviews.register(review)
    draw_pools.register(POOL)
    burden_lines.register_lines(burden.lines)
