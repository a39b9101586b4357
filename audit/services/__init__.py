from audit.services.record import acting, record
from audit.services.seal import Verdict, seal_pending, verify

__all__ = ["Verdict", "acting", "record", "seal_pending", "verify"]
