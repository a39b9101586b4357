from django.db import migrations

# Inspections stand on the version of the checklist they were made by: once published, a version may only be retired.
FREEZE = """
CREATE OR REPLACE FUNCTION luoshi_refuse_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state = 'retired' AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the checklist is published: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Make a new version.';
END $$;
CREATE TRIGGER programs_checklist_frozen BEFORE UPDATE OR DELETE ON programs_checklist
    FOR EACH ROW EXECUTE FUNCTION luoshi_refuse_published_version();
"""

THAW = """
DROP TRIGGER programs_checklist_frozen ON programs_checklist;
DROP FUNCTION luoshi_refuse_published_version();
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0008_draw_plans")]

    operations = [migrations.RunSQL(FREEZE, THAW)]
