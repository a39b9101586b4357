"""Headers on every answer, and 503 instead of 500 when a server we need is gone."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone

from config.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401 -- the URLs under test


def broken(request):
    raise ValueError("secret detail of the code")


urlpatterns = [path("broken", broken), path("api/broken", broken), *urlpatterns]


@pytest.mark.urls(__name__)
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/healthz", 200),
        ("/robots.txt", 200),
        ("/jsi18n/", 200),
        ("/no-such-page", 404),
        ("/api/no-such-page", 404),
        ("/broken", 500),
        ("/static/no-such-file.css", 404),
    ],
)
def test_every_answer_carries_the_policy_and_no_inline_code(client, address, status):
    client.raise_request_exception = False
    response = client.get(address)
    assert response.status_code == status
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    text = response.getvalue().decode()
    assert "<style" not in text
    assert " style=" not in text
    assert "secret detail" not in text


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_the_api_answers_errors_as_problem_details(client):
    client.raise_request_exception = False
    for address, status in (("/api/broken", 500), ("/api/no-such-page", 404)):
        response = client.get(address)
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["status"] == status


@pytest.mark.django_db
def test_ready_names_nothing(client):
    response = client.get(reverse("readyz"))
    assert response.status_code == 200
    assert response.content == b"ready\n"


@pytest.fixture
def lost_database(transactional_db):
    """Point the connection at a port where nobody listens; a real connection attempt fails."""
    right = connection.settings_dict["PORT"]

    def lose():
        connection.close()
        connection.settings_dict["PORT"] = "1"

    yield lose
    connection.close()
    connection.settings_dict["PORT"] = right


def test_a_lost_database_answers_503_and_says_what_to_do(client, lost_database):
    user = get_user_model().objects.create_user(
        "lost", password="Qz8!unlikely-words", full_name="Lost", password_changed_at=timezone.now()
    )
    client.force_login(user)
    client.raise_request_exception = False
    lost_database()
    for address in ("/", "/api/v1/units/"):
        response = client.get(address)
        assert response.status_code == 503, address
        assert response.headers["Retry-After"] == "5"
        assert "Content-Security-Policy" in response.headers
    assert Client().get("/healthz").status_code == 200, "alive asks no other server"
