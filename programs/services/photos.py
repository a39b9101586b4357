"""Photos of an inspection: optional, three at most, shown without where they were taken; the same picture is recognised."""

from __future__ import annotations

import io

import dhash
from django.core.files.base import File
from django.db import transaction
from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from accounts.models import User
from audit.services import record
from programs.errors import Conflict, RuleViolation
from programs.models import ChecklistItem, Inspection, InspectionPhoto, StoredFile
from programs.services import evidence
from programs.services.files import path_of, store_bytes
from programs.services.inspections import locked, require_inspector

MOST = 3  # specification 12, rule 5
SIDE = 1600  # pixels of the longer side of what is shown
ALIKE = 12  # of 128 bits; a copy that was made smaller or saved again differs in fewer
FLAT = ("0" * 32, "f" * 32)  # a wall or the sky has no gradient: nothing can be said of it
ENDINGS = ("jpg", "jpeg", "png")


def add(*, actor: User, inspection_id: int, upload: File, item: str = "") -> InspectionPhoto:
    """Keep a photo. The original is stored as it came and stays restricted; what is shown is drawn anew from its pixels.

    Raises RuleViolation ``not_found`` or with ``field`` file, Conflict ``not_open`` or ``too_many_photos``.
    """
    if (upload.name or "").rpartition(".")[2].lower() not in ENDINGS:
        raise RuleViolation(
            "not_a_photo",
            _("“%(name)s” is no JPG or PNG picture.") % {"name": (upload.name or "")[:80]},
            field="file",
            next_step=_("Choose a photo; other papers belong to the project."),
        )
    with transaction.atomic():  # who may not add one leaves no file behind
        _may_add(actor, inspection_id)
    kept = evidence.keep(upload)
    assert kept is not None
    pixels = _pixels(kept.file)
    fingerprint = _fingerprint(pixels)
    shown = store_bytes(_encoded(pixels), name=f"photo-{fingerprint[:8]}.jpg", content_type="image/jpeg")
    with transaction.atomic():
        inspection = _may_add(actor, inspection_id)
        photo = InspectionPhoto.objects.create(
            inspection=inspection,
            item=_item(inspection, item),
            original=kept.file,
            shown=shown,
            fingerprint=fingerprint,
            uploaded_by=actor,
        )
        record(
            "inspection.photo", actor=actor, obj=inspection, unit_path=inspection.unit.path,
            after={"photo": photo.pk, "sha256": kept.file.sha256},
        )  # fmt: skip
    return photo


@transaction.atomic
def remove(*, actor: User, photo_id: int) -> InspectionPhoto:
    """Take a photo out of an open inspection; the row stays."""
    found = InspectionPhoto.objects.filter(pk=photo_id).first()
    if found is None:
        raise RuleViolation(
            "not_found", _("The photo is missing or outside your scope."), next_step=_("Reload the page.")
        )
    inspection = _open(actor, found.inspection_id)
    photo = InspectionPhoto.objects.select_for_update().get(pk=photo_id)
    if photo.removed_at is None:
        photo.removed_at = timezone.now()
        photo.save(update_fields=["removed_at"])
        record(
            "inspection.photo_remove", actor=actor, obj=inspection, unit_path=inspection.unit.path,
            before={"photo": photo.pk},
        )  # fmt: skip
    return photo


def alike(photo: InspectionPhoto) -> QuerySet[InspectionPhoto]:
    """Other photos that show the same picture, of this inspection or another, the nearest first; a hint, never a verdict."""
    if photo.fingerprint in FLAT:
        return InspectionPhoto.objects.none()
    return (
        InspectionPhoto.objects.exclude(pk=photo.pk)
        .exclude(inspection=photo.inspection_id, removed_at__isnull=False)
        .exclude(fingerprint__in=FLAT)
        .annotate(
            distance=RawSQL(
                "bit_count(('x' || programs_inspectionphoto.fingerprint)::bit(128) # ('x' || %s)::bit(128))",
                (photo.fingerprint,),
                output_field=IntegerField(),
            )
        )
        .filter(distance__lte=ALIKE)
        .order_by("distance", "id")
    )


def _may_add(actor: User, inspection_id: int) -> Inspection:
    inspection = _open(actor, inspection_id)
    if inspection.photos.filter(removed_at=None).count() >= MOST:
        raise Conflict(
            "too_many_photos",
            _("This inspection has %(most)s photos already.") % {"most": MOST},
            rule=_("At most three photos for an inspection, and none is required."),
            field="file",
            next_step=_("Take one out first."),
        )
    return inspection


def _open(actor: User, inspection_id: int) -> Inspection:
    inspection = locked(inspection_id)
    require_inspector(actor, inspection)
    if inspection.state != Inspection.State.OPEN:
        raise Conflict(
            "not_open",
            _("Inspection no. %(number)s is %(state)s and cannot be changed.")
            % {"number": inspection.pk, "state": inspection.get_state_display()},
            next_step=_("Open a re-inspection."),
        )
    return inspection


def _item(inspection: Inspection, code: str) -> ChecklistItem | None:
    if not code:
        return None
    item = inspection.checklist.items.filter(code=code).first()
    if item is None:
        raise RuleViolation(
            "item_unknown",
            _("Item %(item)s is not on this checklist.") % {"item": code[:12]},
            field="item",
            next_step=_("Reload the page."),
        )
    return item


def _pixels(stored: StoredFile) -> Image.Image:
    """The picture upright and small; nothing but pixels."""
    with Image.open(path_of(stored), formats=("JPEG", "PNG")) as source:
        source.draft("RGB", (SIDE, SIDE))
        picture = ImageOps.exif_transpose(source).convert("RGB")
    picture.thumbnail((SIDE, SIDE))
    return picture


def _fingerprint(pixels: Image.Image) -> str:
    row, column = dhash.dhash_row_col(pixels)
    return dhash.format_hex(row, column)


def _encoded(pixels: Image.Image) -> bytes:
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=82)
    return out.getvalue()
