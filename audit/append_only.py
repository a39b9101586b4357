"""Triggers with which PostgreSQL itself refuses to change or remove history."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION luoshi_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Insert a new row; history is never edited.';
END $$;
"""


def refuse_changes(*tables: str) -> migrations.RunSQL:
    """Migration operation: UPDATE and DELETE of any row in ``tables`` raise an integrity error."""
    create = FUNCTION + "".join(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION luoshi_refuse_change();\n"
        for table in tables
    )
    drop = "".join(f"DROP TRIGGER {table}_append_only ON {table};\n" for table in tables)
    return migrations.RunSQL(create, drop)
