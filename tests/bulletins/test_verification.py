"""Anybody can check a bulletin: on the public page and by command."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from programs.services import bulletins, files


@pytest.fixture
def content(published) -> bytes:
    return files.path_of(published.file).read_bytes()


def compare(client, bulletin, content: bytes):
    file = SimpleUploadedFile("any name.pdf", content, "application/pdf")
    return client.post(reverse("verify-code", args=[bulletin.code]), {"file": file})


def test_the_code_leads_to_the_facts_without_sign_in(client, published):
    plain = published.code.replace("-", "").lower()
    answer = client.post(reverse("verify"), {"code": f" {plain} "})
    assert answer["Location"] == reverse("verify-code", args=[published.code])
    page = client.get(answer["Location"]).content.decode()
    for fact in (published.file.sha256, published.file.sm3, published.code, published.programme.name_zh):
        assert fact in page
    assert client.post(reverse("verify"), {"code": "2222-2222-2222-2222"}).status_code == 422
    assert client.get(reverse("verify-code", args=["2222-2222-2222-2222"])).status_code == 404


def test_identical_one_flipped_byte_and_the_draft(client, published, content):
    same = compare(client, published, content)
    assert same.context["answer"].kind == "same"
    flipped = bytearray(content)
    flipped[len(flipped) // 2] ^= 1
    assert compare(client, published, bytes(flipped)).context["answer"].kind == "different"
    assert compare(client, published, content + b"\n").context["answer"].kind == "different"
    draft_file = published.__class__.objects.get(pk=published.pk).programme.bulletins.first()
    from programs.models import Job

    draft = Job.objects.get(kind="bulletin.draft", params__bulletin=draft_file.pk).result
    assert compare(client, published, files.path_of(draft).read_bytes()).context["answer"].kind == "other_version"


def test_withdrawn_and_draft_say_so(client, place, published):
    bulletins.withdraw(actor=place.approver, bulletin_id=published.pk, reason="figures of another month")
    assert "figures of another month" in client.get(reverse("verify-code", args=[published.code])).content.decode()
    draft = bulletins.create_draft(actor=place.approver, programme=place.programme, period=place.period)
    page = client.get(reverse("verify-code", args=[draft.code]))
    assert page.context["bulletin"].published_at is None
    assert "msg--warn" in page.content.decode()


def test_nothing_is_stored_and_too_large_is_refused_unread(client, published, content, settings):
    before = sorted(path for path in settings.LUOSHI_DATA.rglob("*") if path.is_file())
    compare(client, published, b"x" * 3_000_000)
    assert sorted(path for path in settings.LUOSHI_DATA.rglob("*") if path.is_file()) == before
    url = reverse("verify-code", args=[published.code])
    assert client.post(url, {}, CONTENT_LENGTH=60 * 1024 * 1024).status_code == 413
    assert client.post(url, {}).status_code == 422


def test_thirty_a_minute(client, published):
    url = reverse("verify-code", args=[published.code])
    codes = [client.get(url).status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]


def test_the_command(published, content, tmp_path, capsys):
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(content)
    bad.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    call_command("verify_bulletin", str(good))
    assert published.code in capsys.readouterr().out
    call_command("verify_bulletin", str(good), "--code", published.code)
    for args in (
        [str(bad)],
        [str(bad), "--code", published.code],
        [str(good), "--code", "2222-2222-2222-2222"],
        [str(tmp_path / "none.pdf")],
    ):
        with pytest.raises(CommandError) as refused:
            call_command("verify_bulletin", *args)
        assert refused.value.returncode in (1, 2)
