"""Photos: three at most, nothing but pixels is shown, the same picture is recognised as a hint."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from programs.errors import Conflict, RuleViolation
from programs.models import InspectionPhoto, StoredFile
from programs.services import photos
from programs.services.files import path_of
from tests.inspections.conftest import PASSED


def picture(*, seed: int = 1, size: int = 600, quality: int = 90, gps: bool = False) -> bytes:
    """A drawing that depends on ``seed`` only; size and quality are how it was saved."""
    image = Image.new("RGB", (600, 400), (200, 210, 190))
    draw = ImageDraw.Draw(image)
    for n in range(14):
        x, y = (seed * 97 + n * 131) % 560, (seed * 53 + n * 71) % 360
        draw.rectangle((x, y, x + 90, y + 60), fill=((n * 60 + seed * 40) % 256, (n * 35) % 256, (seed * 80) % 256))
    image.thumbnail((size, size))
    exif = Image.Exif()
    if gps:
        exif[0x0112] = 6  # turned
        exif[0x010F] = "PhoneMaker"
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (33.0, 44.0, 5.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def upload(name="现场.jpg", **how):
    return SimpleUploadedFile(name, picture(**how), "image/jpeg")


def add(site, inspection, actor=None, file=None, **how):
    return photos.add(actor=actor or site.inspector, inspection_id=inspection.pk, upload=file or upload(**how))


def test_what_is_shown_carries_no_place(site):
    photo = add(site, site.open(), gps=True)
    with Image.open(path_of(photo.original)) as original:
        assert original.getexif().get_ifd(0x8825)
    with Image.open(path_of(photo.shown)) as shown:
        assert not shown.getexif()
        assert "exif" not in shown.info
        assert shown.height > shown.width  # upright
    assert b"PhoneMaker" not in path_of(photo.shown).read_bytes()


def test_three_at_most_and_one_out_makes_room(site):
    inspection = site.open()
    made = [add(site, inspection, seed=n) for n in range(3)]
    with pytest.raises(Conflict) as caught:
        add(site, inspection, seed=9)
    assert caught.value.code == "too_many_photos"
    photos.remove(actor=site.colleague, photo_id=made[0].pk)
    add(site, inspection, seed=9)
    assert InspectionPhoto.objects.count() == 4


def test_the_same_picture_saved_again_is_recognised_elsewhere(site):
    first = add(site, site.open())
    other = site.open(purpose="random", declaration=None)
    assert list(photos.alike(add(site, other, size=300, quality=40))) == [first]
    assert not photos.alike(add(site, other, seed=8))
    assert not photos.alike(first).filter(inspection=first.inspection)


def test_the_same_picture_twice_in_one_inspection_is_recognised_until_it_is_taken_out(site):
    inspection = site.open()
    first, again = add(site, inspection), add(site, inspection, size=300, quality=40)
    assert list(photos.alike(again)) == [first]
    photos.remove(actor=site.colleague, photo_id=first.pk)
    assert not photos.alike(again)


def test_nothing_is_said_of_a_blank_wall(site):
    def flat():
        out = io.BytesIO()
        Image.new("RGB", (300, 200), "white").save(out, "PNG")
        return SimpleUploadedFile("wall.png", out.getvalue())

    add(site, site.open(), file=flat())
    photo = add(site, site.open(purpose="random", declaration=None), file=flat())
    assert not photos.alike(photo)


@pytest.mark.parametrize(
    ("name", "content"),
    [("plan.pdf", b"%PDF-1.4"), ("photo.jpg", b"<script>"), ("photo.svg", b"<svg/>"), ("photo.png", b"")],
)
def test_what_is_no_photo_is_refused(site, name, content):
    inspection = site.open()
    with pytest.raises(RuleViolation) as caught:
        add(site, inspection, file=SimpleUploadedFile(name, content))
    assert caught.value.field == "file"
    assert not InspectionPhoto.objects.exists()


def test_only_who_inspects_and_only_while_open(site):
    inspection = site.open()
    with pytest.raises(PermissionDenied):
        add(site, inspection, actor=site.reporter)
    with pytest.raises(RuleViolation) as caught:
        add(site, inspection, actor=site.place.people["other_reviewer"])
    assert caught.value.code == "not_found"
    assert not StoredFile.objects.exists()
    photo = add(site, inspection)
    site.score(inspection, PASSED)
    site.close(inspection)
    for change in (lambda: add(site, inspection), lambda: photos.remove(actor=site.inspector, photo_id=photo.pk)):
        with pytest.raises(Conflict) as caught:
            change()
        assert caught.value.code == "not_open"
