"""Every write of the elder-care registry: keyword arguments and an actor, one transaction, the audit entry inside."""
