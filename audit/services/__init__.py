from audit.services.record import acting, record
from audit.services.seal import seal_pending, verify

__all__ = ["acting", "record", "seal_pending", "verify"]
