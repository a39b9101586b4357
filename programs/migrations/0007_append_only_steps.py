from django.db import migrations

from audit.append_only import refuse_changes

# What was decided on the strength of scores must stay as it was: scores and photos of a closed inspection, items of a
# published checklist, and the lists of a draw whose commitment is public, cannot change.
FREEZE = """
CREATE OR REPLACE FUNCTION luoshi_refuse_closed_inspection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM programs_inspection
               WHERE id = COALESCE(NEW.inspection_id, OLD.inspection_id) AND state <> 'open') THEN
        RAISE EXCEPTION 'the inspection is closed: % of its scores refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation', HINT = 'Open a re-inspection.';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER programs_inspectionscore_frozen BEFORE INSERT OR UPDATE OR DELETE ON programs_inspectionscore
    FOR EACH ROW EXECUTE FUNCTION luoshi_refuse_closed_inspection();

CREATE OR REPLACE FUNCTION luoshi_refuse_published_checklist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM programs_checklist
               WHERE id = COALESCE(NEW.checklist_id, OLD.checklist_id) AND state <> 'draft') THEN
        RAISE EXCEPTION 'the checklist is published: % of its items refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation', HINT = 'Make a new version.';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER programs_checklistitem_frozen BEFORE INSERT OR UPDATE OR DELETE ON programs_checklistitem
    FOR EACH ROW EXECUTE FUNCTION luoshi_refuse_published_checklist();

CREATE OR REPLACE FUNCTION luoshi_refuse_committed_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM programs_draw
               WHERE id = COALESCE(NEW.draw_id, OLD.draw_id) AND state <> 'prepared')
       AND (TG_OP <> 'UPDATE' OR to_jsonb(NEW) - 'is_chosen' - 'inspection_id'
                                 IS DISTINCT FROM to_jsonb(OLD) - 'is_chosen' - 'inspection_id') THEN
        RAISE EXCEPTION 'the lists of the draw are frozen: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation', HINT = 'Cancel the draw and prepare another.';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER programs_drawcandidate_frozen BEFORE INSERT OR UPDATE OR DELETE ON programs_drawcandidate
    FOR EACH ROW EXECUTE FUNCTION luoshi_refuse_committed_draw();
CREATE TRIGGER programs_drawinspector_frozen BEFORE INSERT OR UPDATE OR DELETE ON programs_drawinspector
    FOR EACH ROW EXECUTE FUNCTION luoshi_refuse_committed_draw();
CREATE TRIGGER programs_drawexcuse_frozen BEFORE INSERT OR UPDATE OR DELETE ON programs_drawexcuse
    FOR EACH ROW EXECUTE FUNCTION luoshi_refuse_committed_draw();
"""

THAW = """
DROP TRIGGER programs_drawexcuse_frozen ON programs_drawexcuse;
DROP TRIGGER programs_drawinspector_frozen ON programs_drawinspector;
DROP TRIGGER programs_drawcandidate_frozen ON programs_drawcandidate;
DROP FUNCTION luoshi_refuse_committed_draw();
DROP TRIGGER programs_checklistitem_frozen ON programs_checklistitem;
DROP FUNCTION luoshi_refuse_published_checklist();
DROP TRIGGER programs_inspectionscore_frozen ON programs_inspectionscore;
DROP FUNCTION luoshi_refuse_closed_inspection();
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0006_projects_and_supervision")]

    operations = [
        refuse_changes(
            "programs_declarationrevision",
            "programs_decision",
            "programs_noticeterm",
            "programs_rectificationstep",
            "programs_drawpair",
            "programs_assignmentstep",
            "programs_taskfeedback",
            "programs_problemstep",
            "programs_snapshot",
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
