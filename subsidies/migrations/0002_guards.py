from django.db import migrations

from audit.append_only import refuse_changes

# What a CHECK cannot reach: an award is compared with its event, a hop with what was received before it. Every sum is
# taken under a lock of the award's row, so that two people recording at once cannot both be right.
GUARDS = """
CREATE OR REPLACE FUNCTION luoshi_refuse_money(what text, hint text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'integrity_constraint_violation', HINT = hint;
END $$;

CREATE OR REPLACE FUNCTION luoshi_award_needs_its_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.order_id IS NOT NULL OR NEW.cancelled_at IS NOT NULL THEN
        PERFORM luoshi_refuse_money('an award begins without an order and uncancelled', 'Issue the order afterwards.');
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM programs_decision d
        JOIN programs_declaration e ON e.id = d.declaration_id
        JOIN programs_project p ON p.id = e.project_id
        JOIN programs_cycle c ON c.id = e.cycle_id
        JOIN subsidies_awardrule r ON r.id = NEW.rule_id
        WHERE d.id = NEW.decision_id AND e.id = NEW.declaration_id AND p.id = NEW.project_id AND c.year = NEW.year
          AND r.is_enabled AND r.replaced_at IS NULL AND r.programme_id = p.programme_id
          AND r.workflow = e.workflow AND r.verb = d.verb AND r.workflow || '.' || r.verb = NEW.event
          AND r.kind IN ('', p.kind) AND r.decider_level = p.decider_level
          AND r.amount = NEW.amount AND r.fund_id = NEW.fund_id) THEN
        PERFORM luoshi_refuse_money('the award is not what its event and the rule in force say',
            'An award is created by the event that the clause names, never by hand.');
    END IF;
    IF EXISTS (SELECT 1 FROM subsidies_fund f JOIN subsidies_awardrule r ON r.id = NEW.rule_id
               WHERE f.id = NEW.fund_id AND f.is_ring_fenced AND NOT r.use = ANY (f.uses)) THEN
        PERFORM luoshi_refuse_money('the fund is ring-fenced for other uses', 'Take the money from a matching fund.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subsidies_award_event BEFORE INSERT ON subsidies_award
    FOR EACH ROW EXECUTE FUNCTION luoshi_award_needs_its_event();

CREATE OR REPLACE FUNCTION luoshi_award_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    loose text[] := ARRAY['order_id', 'cancelled_at', 'cancelled_by_id', 'cancelled_reason'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM luoshi_refuse_money('an award is never deleted', 'Cancel it with a reason.');
    END IF;
    IF to_jsonb(OLD) - loose <> to_jsonb(NEW) - loose
       OR (OLD.order_id IS NOT NULL AND NEW.order_id IS DISTINCT FROM OLD.order_id)
       OR OLD.cancelled_at IS NOT NULL
       OR (NEW.order_id IS NOT NULL AND NEW.cancelled_at IS NOT NULL AND OLD.order_id IS NULL) THEN
        PERFORM luoshi_refuse_money('an award is frozen', 'Only the order and the cancellation can be entered, once.');
    END IF;
    IF NEW.order_id IS DISTINCT FROM OLD.order_id AND NOT EXISTS (
        SELECT 1 FROM subsidies_awardorder o JOIN programs_project p ON p.id = NEW.project_id
        WHERE o.id = NEW.order_id AND o.programme_id = p.programme_id) THEN
        PERFORM luoshi_refuse_money('the order belongs to another programme', 'Issue an order of this programme.');
    END IF;
    IF NEW.cancelled_at IS NOT NULL AND EXISTS (
        SELECT 1 FROM subsidies_transfer WHERE award_id = NEW.id AND reverses_id IS NULL AND NOT is_reversed) THEN
        PERFORM luoshi_refuse_money('money of this award was sent', 'Reverse the transfers first.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subsidies_award_frozen BEFORE UPDATE OR DELETE ON subsidies_award
    FOR EACH ROW EXECUTE FUNCTION luoshi_award_is_frozen();

CREATE OR REPLACE FUNCTION luoshi_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.replaced_at IS NOT NULL OR NEW.replaced_at IS NULL
       OR to_jsonb(OLD) - 'replaced_at' <> to_jsonb(NEW) - 'replaced_at' THEN
        PERFORM luoshi_refuse_money('a version is never edited', 'Insert the next version and close this one.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subsidies_awardrule_frozen BEFORE UPDATE OR DELETE ON subsidies_awardrule
    FOR EACH ROW EXECUTE FUNCTION luoshi_version_is_frozen();
CREATE TRIGGER subsidies_fundbudget_frozen BEFORE UPDATE OR DELETE ON subsidies_fundbudget
    FOR EACH ROW EXECUTE FUNCTION luoshi_version_is_frozen();

CREATE OR REPLACE FUNCTION luoshi_fund_use_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM subsidies_fund WHERE id = NEW.fund_id FOR UPDATE;
    IF NEW.reverses_id IS NULL THEN
        IF EXISTS (SELECT 1 FROM subsidies_fund WHERE id = NEW.fund_id AND is_ring_fenced AND NOT NEW.use = ANY (uses)) THEN
            PERFORM luoshi_refuse_money('the fund is ring-fenced for other uses', 'Take the money from a matching fund.');
        END IF;
        IF NEW.use = 'award' THEN
            PERFORM luoshi_refuse_money('awards are created by their event', 'An award is never entered by hand.');
        END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM subsidies_funduse o WHERE o.id = NEW.reverses_id AND o.reverses_id IS NULL
                      AND (o.fund_id, o.year, o.use, o.unit_id, -o.amount) = (NEW.fund_id, NEW.year, NEW.use, NEW.unit_id, NEW.amount)) THEN
        PERFORM luoshi_refuse_money('a reversal takes back one whole row', 'Reverse the row itself.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subsidies_funduse_fits BEFORE INSERT ON subsidies_funduse
    FOR EACH ROW EXECUTE FUNCTION luoshi_fund_use_fits();

CREATE OR REPLACE FUNCTION luoshi_transfer_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    award subsidies_award%ROWTYPE;
    old subsidies_transfer%ROWTYPE;
    sent numeric; limit_ numeric;
BEGIN
    SELECT * INTO award FROM subsidies_award WHERE id = NEW.award_id FOR UPDATE;
    IF award.order_id IS NULL OR award.cancelled_at IS NOT NULL THEN
        PERFORM luoshi_refuse_money('the award has no order or is cancelled', 'Issue the award order first.');
    END IF;
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO old FROM subsidies_transfer WHERE id = NEW.reverses_id;
        IF old.reverses_id IS NOT NULL OR old.is_reversed
           OR (old.award_id, old.hop, -old.amount, old.payer_unit_id, old.payer_organization_id, old.payee_unit_id, old.payee_organization_id)
              IS DISTINCT FROM
              (NEW.award_id, NEW.hop, NEW.amount, NEW.payer_unit_id, NEW.payer_organization_id, NEW.payee_unit_id, NEW.payee_organization_id) THEN
            PERFORM luoshi_refuse_money('a reversal takes back one whole transfer', 'Reverse the transfer itself, once.');
        END IF;
        IF (SELECT COALESCE(SUM(amount), 0) FROM subsidies_receipt WHERE transfer_id = old.id) <> 0 THEN
            PERFORM luoshi_refuse_money('the transfer was received', 'Take the receipt back first.');
        END IF;
        RETURN NEW;
    END IF;
    SELECT COALESCE(SUM(amount), 0) INTO sent FROM subsidies_transfer WHERE award_id = NEW.award_id AND hop = NEW.hop;
    IF NEW.hop = 0 THEN
        limit_ := award.amount;
    ELSE
        SELECT COALESCE(SUM(r.amount), 0) INTO limit_ FROM subsidies_receipt r JOIN subsidies_transfer t ON t.id = r.transfer_id
        WHERE t.award_id = NEW.award_id AND t.hop = NEW.hop - 1;
    END IF;
    IF sent + NEW.amount > limit_ THEN
        PERFORM luoshi_refuse_money(format('hop %s may send %s in all, %s is sent, %s more is too much', NEW.hop, limit_, sent, NEW.amount),
            'A hop never sends more than the award, or than it received.');
    END IF;
    IF EXISTS (SELECT 1 FROM subsidies_transfer t WHERE t.award_id = NEW.award_id AND NOT t.is_reversed AND t.reverses_id IS NULL AND (
            (t.hop = NEW.hop AND (t.payer_unit_id, t.payer_organization_id, t.payee_unit_id, t.payee_organization_id) IS DISTINCT FROM
                (NEW.payer_unit_id, NEW.payer_organization_id, NEW.payee_unit_id, NEW.payee_organization_id))
         OR (t.hop = NEW.hop - 1 AND (t.payee_unit_id, t.payee_organization_id) IS DISTINCT FROM (NEW.payer_unit_id, NEW.payer_organization_id)))) THEN
        PERFORM luoshi_refuse_money('the chain of the award has another link here', 'Who received the money sends it on.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subsidies_transfer_fits BEFORE INSERT ON subsidies_transfer
    FOR EACH ROW EXECUTE FUNCTION luoshi_transfer_fits();

CREATE OR REPLACE FUNCTION luoshi_transfer_marks_reversed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subsidies_transfer SET is_reversed = true WHERE id = NEW.reverses_id;
    RETURN NULL;
END $$;
CREATE TRIGGER subsidies_transfer_reversal AFTER INSERT ON subsidies_transfer
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION luoshi_transfer_marks_reversed();

CREATE OR REPLACE FUNCTION luoshi_transfer_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.is_reversed OR to_jsonb(OLD) - 'is_reversed' <> to_jsonb(NEW) - 'is_reversed'
       OR NOT EXISTS (SELECT 1 FROM subsidies_transfer WHERE reverses_id = OLD.id) THEN
        PERFORM luoshi_refuse_money('a transfer is never edited', 'Record its reversal with a reason.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subsidies_transfer_frozen BEFORE UPDATE OR DELETE ON subsidies_transfer
    FOR EACH ROW EXECUTE FUNCTION luoshi_transfer_is_frozen();

CREATE OR REPLACE FUNCTION luoshi_receipt_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    transfer subsidies_transfer%ROWTYPE;
    received numeric; at_hop numeric; onward numeric;
BEGIN
    SELECT * INTO transfer FROM subsidies_transfer WHERE id = NEW.transfer_id;
    PERFORM 1 FROM subsidies_award WHERE id = transfer.award_id FOR UPDATE;
    SELECT * INTO transfer FROM subsidies_transfer WHERE id = NEW.transfer_id;
    IF transfer.is_reversed OR transfer.reverses_id IS NOT NULL THEN
        PERFORM luoshi_refuse_money('the transfer was taken back', 'Nothing of it can be received.');
    END IF;
    IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM subsidies_receipt o WHERE o.id = NEW.reverses_id AND o.reverses_id IS NULL
        AND o.transfer_id = NEW.transfer_id AND -o.amount = NEW.amount) THEN
        PERFORM luoshi_refuse_money('a reversal takes back one whole receipt', 'Reverse the receipt itself, once.');
    END IF;
    SELECT COALESCE(SUM(amount), 0) + NEW.amount INTO received FROM subsidies_receipt WHERE transfer_id = NEW.transfer_id;
    IF received > transfer.amount THEN
        PERFORM luoshi_refuse_money(format('%s was sent, %s would be received', transfer.amount, received), 'Enter what arrived.');
    END IF;
    IF NEW.amount < 0 THEN
        SELECT COALESCE(SUM(r.amount), 0) + NEW.amount INTO at_hop FROM subsidies_receipt r
        JOIN subsidies_transfer t ON t.id = r.transfer_id WHERE t.award_id = transfer.award_id AND t.hop = transfer.hop;
        SELECT COALESCE(SUM(amount), 0) INTO onward FROM subsidies_transfer
        WHERE award_id = transfer.award_id AND hop = transfer.hop + 1;
        IF onward > at_hop THEN
            PERFORM luoshi_refuse_money(format('%s was sent on already', onward), 'Reverse the next hop first.');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subsidies_receipt_fits BEFORE INSERT ON subsidies_receipt
    FOR EACH ROW EXECUTE FUNCTION luoshi_receipt_fits();
"""

UNGUARD = """
DROP TRIGGER subsidies_receipt_fits ON subsidies_receipt;
DROP TRIGGER subsidies_transfer_frozen ON subsidies_transfer;
DROP TRIGGER subsidies_transfer_reversal ON subsidies_transfer;
DROP TRIGGER subsidies_transfer_fits ON subsidies_transfer;
DROP TRIGGER subsidies_funduse_fits ON subsidies_funduse;
DROP TRIGGER subsidies_fundbudget_frozen ON subsidies_fundbudget;
DROP TRIGGER subsidies_awardrule_frozen ON subsidies_awardrule;
DROP TRIGGER subsidies_award_frozen ON subsidies_award;
DROP TRIGGER subsidies_award_event ON subsidies_award;
DROP FUNCTION luoshi_receipt_fits();
DROP FUNCTION luoshi_transfer_is_frozen();
DROP FUNCTION luoshi_transfer_marks_reversed();
DROP FUNCTION luoshi_transfer_fits();
DROP FUNCTION luoshi_fund_use_fits();
DROP FUNCTION luoshi_version_is_frozen();
DROP FUNCTION luoshi_award_is_frozen();
DROP FUNCTION luoshi_award_needs_its_event();
DROP FUNCTION luoshi_refuse_money(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0001_money")]

    operations = [
        refuse_changes("subsidies_funduse", "subsidies_receipt", "subsidies_awardorder"),
        migrations.RunSQL(GUARDS, UNGUARD),
    ]
