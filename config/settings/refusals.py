"""What production refuses to start with. Pure functions over the environment, so that the table can be tested."""

from collections.abc import Mapping
from urllib.parse import urlsplit

PLACEHOLDERS = ("change-me", "changeme", "secret", "default", "test-only", "django-insecure", "example")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SHORTEST_SECRET = 50  # characters
YES = {"1", "true", "yes", "on"}


def problems(environ: Mapping[str, str], *, embedded_ports: set[int]) -> list[str]:
    """Return every reason not to start, each saying what to do; an empty list means production may start.

    ``embedded_ports`` are the loopback ports of the state folder's embedded servers, if it has any.
    """
    found = [line for name in ("SECRET_KEY", "AUDIT_KEY", "FIELD_KEY") for line in _secret_problems(environ, name)]
    values = [environ[name] for name in ("SECRET_KEY", "AUDIT_KEY", "FIELD_KEY") if environ.get(name)]
    if len(set(values)) < len(values):
        found.append("SECRET_KEY, AUDIT_KEY and FIELD_KEY must differ from each other.")
    if _yes(environ, "LUOSHI_DEBUG") or _yes(environ, "DEBUG"):
        found.append("DEBUG is on. Unset LUOSHI_DEBUG and DEBUG: error pages would show code and data.")
    if _yes(environ, "LUOSHI_DEMO") and not _yes(environ, "LUOSHI_ALLOW_DEMO"):
        found.append("Demo mode shows passwords on the sign-in page. Unset LUOSHI_DEMO, or set LUOSHI_ALLOW_DEMO=1.")
    embedded = [name for name in ("DATABASE_URL", "REDIS_URL") if _is_embedded(environ.get(name, ""), embedded_ports)]
    if embedded and not _yes(environ, "LUOSHI_ALLOW_EMBEDDED"):
        found.append(
            f"The embedded servers are for development. Set {' and '.join(embedded)} to servers of your own, "
            "or set LUOSHI_ALLOW_EMBEDDED=1."
        )
    found += _host_problems(environ) + _address_problems(environ) + _mail_problems(environ)
    return found


def _secret_problems(environ: Mapping[str, str], name: str) -> list[str]:
    value = environ.get(name, "")
    if not value:
        return [f"{name} is not set. Set at least {SHORTEST_SECRET} random characters."]
    if any(word in value.lower() for word in PLACEHOLDERS):
        return [f"{name} looks like a placeholder. Set at least {SHORTEST_SECRET} random characters."]
    if len(value) < SHORTEST_SECRET or len(set(value)) < 10:
        return [f"{name} is too short or too regular. Set at least {SHORTEST_SECRET} random characters."]
    return []


def _host_problems(environ: Mapping[str, str]) -> list[str]:
    hosts = [host.strip() for host in environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    if not hosts:
        return ["ALLOWED_HOSTS is not set. Name the hosts people will type, separated by commas."]
    if "*" in hosts:
        return ["ALLOWED_HOSTS must name hosts; '*' accepts a forged Host header."]
    return []


def _address_problems(environ: Mapping[str, str]) -> list[str]:
    """The address printed on papers and in their QR codes: https, and not this machine, unless it is a rehearsal."""
    if _yes(environ, "LUOSHI_PLAIN_HTTP"):
        return []
    address = environ.get("LUOSHI_PUBLIC_URL", "").strip()
    parts = urlsplit(address)
    if not address or not parts.hostname:
        return [
            "LUOSHI_PUBLIC_URL is not set. Name the address people reach this site at, such as https://luoshi.city.gov.cn: "
            "it is printed on papers and in their QR codes."
        ]
    if parts.scheme != "https" or parts.hostname in LOOPBACK:
        return [
            f"LUOSHI_PUBLIC_URL is {address}. Papers are checked from outside: it begins with https:// and a public host."
        ]
    return []


def _mail_problems(environ: Mapping[str, str]) -> list[str]:
    """A sender without a server would lose every letter silently; a password without TLS is read on the way."""
    found = []
    if environ.get("LUOSHI_MAIL_FROM") and not environ.get("LUOSHI_MAIL_HOST"):
        found.append("LUOSHI_MAIL_FROM is set without LUOSHI_MAIL_HOST. Name the mail server, or unset the sender.")
    tls = environ.get("LUOSHI_MAIL_TLS", "")
    if tls not in ("", "ssl", "starttls"):
        found.append("LUOSHI_MAIL_TLS must be ssl, starttls or empty.")
    elif environ.get("LUOSHI_MAIL_PASSWORD") and not tls:
        found.append("LUOSHI_MAIL_PASSWORD would be sent in the clear. Set LUOSHI_MAIL_TLS to ssl or starttls.")
    return found


def _is_embedded(url: str, ports: set[int]) -> bool:
    """No URL means the embedded server; so does a loopback URL with one of its ports."""
    if not url:
        return True
    parts = urlsplit(url)
    return parts.hostname in LOOPBACK and parts.port in ports


def _yes(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").strip().lower() in YES
