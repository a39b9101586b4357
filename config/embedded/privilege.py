"""PostgreSQL refuses to run as root: find a way to run it as somebody else without creating an account."""

import os
import subprocess
from pathlib import Path

NOBODY = 65534


class CannotDropRoot(RuntimeError):
    """Raised when root has no way to run PostgreSQL; the message says what to do."""


def unprivileged(program: Path, folder: Path) -> list[str]:
    """Return the words to put before ``program`` so that it runs without root's identity.

    Nothing for an ordinary user. For root a user namespace that maps root to uid 1000, which needs no account and no
    change of ownership; where namespaces are refused, another uid, which must be able to reach both paths (the
    virtual environment may lie below a home folder that only its owner can enter). ``folder`` is given to that uid.
    """
    if os.geteuid() != 0:
        return []
    namespace = ["unshare", "--user", "--map-user=1000"]
    if _works([*namespace, str(program), "--version"]) and _works([*namespace, "test", "-w", str(folder)]):
        return namespace
    owner = folder.parent.stat().st_uid or NOBODY
    other = ["setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
    os.chown(folder, owner, owner)
    if _works([*other, str(program), "--version"]) and _works([*other, "test", "-w", str(folder)]):
        return other
    raise CannotDropRoot(
        f"PostgreSQL does not run as root, user namespaces are refused here, and uid {owner} cannot reach {program} "
        f"or {folder}. Run as an ordinary user, put the project in a folder everybody can enter, or set DATABASE_URL."
    )


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
