"""Production refuses an unsafe configuration, and names everything that is wrong with it at once."""

import os
import subprocess
import sys

import pytest

from config.embedded.serve import name_address
from config.settings.environment import BASE_DIR
from config.settings.refusals import problems

SAFE = {
    "SECRET_KEY": "sJ3k0pQx7Zb2mWv9LtYc4RhN6fGd8uAeT1iKoP5xVnCqBwMzEy",
    "AUDIT_KEY": "aJ3k0pQx7Zb2mWv9LtYc4RhN6fGd8uAeT1iKoP5xVnCqBwMzEy",
    "FIELD_KEY": "fJ3k0pQx7Zb2mWv9LtYc4RhN6fGd8uAeT1iKoP5xVnCqBwMzEy",
    "DATABASE_URL": "postgresql://luoshi:pw@db.internal/luoshi",
    "REDIS_URL": "redis://cache.internal/0",
    "ALLOWED_HOSTS": "luoshi.pds.gov.cn",
    "LUOSHI_PUBLIC_URL": "https://luoshi.pds.gov.cn",
}


def test_a_safe_configuration_starts():
    assert problems(SAFE, embedded_ports=set()) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY"),
        ({"SECRET_KEY": "change-me-" + SAFE["SECRET_KEY"]}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + SAFE["SECRET_KEY"]}, "SECRET_KEY"),
        ({"AUDIT_KEY": ""}, "AUDIT_KEY"),
        ({"FIELD_KEY": ""}, "FIELD_KEY"),
        ({"AUDIT_KEY": SAFE["SECRET_KEY"]}, "differ"),
        ({"LUOSHI_DEBUG": "1"}, "DEBUG"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"LUOSHI_DEMO": "yes"}, "LUOSHI_ALLOW_DEMO"),
        ({"LUOSHI_MAIL_FROM": "luoshi@pds.gov.cn"}, "LUOSHI_MAIL_HOST"),
        ({"LUOSHI_MAIL_HOST": "mail.internal", "LUOSHI_MAIL_PASSWORD": "x"}, "LUOSHI_MAIL_TLS"),
        ({"LUOSHI_MAIL_TLS": "yes"}, "LUOSHI_MAIL_TLS"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"DATABASE_URL": "postgresql://luoshi:pw@127.0.0.1:5999/luoshi"}, "LUOSHI_ALLOW_EMBEDDED"),
        ({"ALLOWED_HOSTS": " , "}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "luoshi.pds.gov.cn,*"}, "ALLOWED_HOSTS"),
        ({"LUOSHI_PUBLIC_URL": ""}, "LUOSHI_PUBLIC_URL"),
        ({"LUOSHI_PUBLIC_URL": "https://"}, "LUOSHI_PUBLIC_URL"),
        ({"LUOSHI_PUBLIC_URL": "http://luoshi.pds.gov.cn"}, "https://"),
        ({"LUOSHI_PUBLIC_URL": "https://127.0.0.1:8000"}, "public host"),
    ],
)
def test_each_danger_is_refused_and_named(change, word):
    found = problems(SAFE | change, embedded_ports={5999})
    assert len(found) == 1
    assert word in found[0]


@pytest.mark.parametrize(
    "change",
    [
        {"LUOSHI_DEMO": "1", "LUOSHI_ALLOW_DEMO": "1"},
        {"DATABASE_URL": "", "REDIS_URL": "", "LUOSHI_ALLOW_EMBEDDED": "1"},
        {"LUOSHI_PUBLIC_URL": "", "LUOSHI_PLAIN_HTTP": "1"},  # a rehearsal on loopback
    ],
)
def test_what_is_allowed_by_name_starts(change):
    assert problems(SAFE | change, embedded_ports=set()) == []


def run_check(environ):
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.production"} | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_settings_themselves_refuse_and_list_everything_at_once():
    done = run_check({"LUOSHI_DEMO": "1", "LUOSHI_DEBUG": "1"})
    assert done.returncode != 0
    for word in (
        "SECRET_KEY",
        "AUDIT_KEY",
        "FIELD_KEY",
        "DEBUG",
        "Demo mode",
        "embedded",
        "ALLOWED_HOSTS",
        "LUOSHI_PUBLIC_URL",
    ):
        assert word in done.stderr


def test_the_settings_themselves_accept_a_safe_environment():
    done = run_check(SAFE)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("environ", "host", "address"),
    [
        ({}, "127.0.0.1", "http://127.0.0.1:8307"),
        ({"LUOSHI_PUBLIC_URL": ""}, "luoshi.example.org", "http://luoshi.example.org:8307"),
        ({}, "0.0.0.0", "http://127.0.0.1:8307"),
        ({"ALLOWED_HOSTS": "*, .gov.cn, luoshi.pds.gov.cn"}, "0.0.0.0", "http://luoshi.pds.gov.cn:8307"),
        ({"LUOSHI_PUBLIC_URL": "https://luoshi.pds.gov.cn"}, "127.0.0.1", "https://luoshi.pds.gov.cn"),
    ],
)
def test_the_launcher_names_the_address_that_papers_print(environ, host, address):
    name_address(environ, host, 8307)
    assert environ["LUOSHI_PUBLIC_URL"] == address


def test_a_command_by_hand_prints_the_port_of_the_server():
    code = "from config.settings import base; print(base.LUOSHI_PUBLIC_URL)"
    environ = {"PATH": os.environ["PATH"], "LUOSHI_DATA": os.environ.get("TMPDIR", "/tmp"), "PORT": "8307"}
    done = subprocess.run([sys.executable, "-c", code], cwd=BASE_DIR, env=environ, capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    assert done.stdout.strip() == "http://127.0.0.1:8307"
