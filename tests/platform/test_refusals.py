"""Production refuses an unsafe configuration, and names everything that is wrong with it at once."""

import os
import subprocess
import sys

import pytest

from config.settings.environment import BASE_DIR
from config.settings.refusals import problems

SAFE = {
    "SECRET_KEY": "sJ3k0pQx7Zb2mWv9LtYc4RhN6fGd8uAeT1iKoP5xVnCqBwMzEy",
    "AUDIT_KEY": "aJ3k0pQx7Zb2mWv9LtYc4RhN6fGd8uAeT1iKoP5xVnCqBwMzEy",
    "FIELD_KEY": "fJ3k0pQx7Zb2mWv9LtYc4RhN6fGd8uAeT1iKoP5xVnCqBwMzEy",
    "DATABASE_URL": "postgresql://luoshi:pw@db.internal/luoshi",
    "REDIS_URL": "redis://cache.internal/0",
    "ALLOWED_HOSTS": "luoshi.pds.gov.cn",
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
    for word in ("SECRET_KEY", "AUDIT_KEY", "FIELD_KEY", "DEBUG", "Demo mode", "embedded", "ALLOWED_HOSTS"):
        assert word in done.stderr


def test_the_settings_themselves_accept_a_safe_environment():
    done = run_check(SAFE)
    assert done.returncode == 0, done.stderr
