"""The content-addressed store."""

import hashlib
import io

import pytest

from programs.models import StoredFile
from programs.services import files


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path


def test_digests_are_the_published_ones_for_abc():
    found = files.digest(io.BytesIO(b"abc"))
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert found.sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905-2016, example 1
    assert found.size == 3


@pytest.mark.django_db
def test_the_same_content_is_stored_once_and_a_flipped_byte_is_found():
    content = bytes(range(256)) * 9000
    one = files.store_bytes(content, name="a.pdf", content_type="application/pdf")
    two = files.store_bytes(content, name="b.pdf", content_type="application/pdf")
    assert one.pk == two.pk
    assert StoredFile.objects.count() == 1
    path = files.path_of(one)
    assert path.name == hashlib.sha256(content).hexdigest()
    assert list(files.scratch().iterdir()) == []
    assert files.is_intact(one)
    path.chmod(0o640)
    path.write_bytes(content[:1000] + bytes([content[1000] ^ 1]) + content[1001:])
    assert not files.is_intact(one)
    path.unlink()
    assert not files.is_intact(one)
