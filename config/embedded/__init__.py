"""The embedded PostgreSQL and Valkey that ``script/server`` and ``script/test`` start, and their supervisor."""
