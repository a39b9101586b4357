"""The one statement that adds figures up the tree; the summary table and every ``as_of`` read use it."""

# Parameters: indicators, periods (parallel arrays of keys), as_of (timestamptz or NULL for all), units (ids whose sums are
# wanted, or NULL for every ancestor). Yields indicator_id, period_id, unit_id, value, reports, expected, moment.
FIGURES_UP_THE_TREE = """
WITH k AS (
    SELECT DISTINCT indicator_id, period_id
    FROM unnest(%(indicators)s::bigint[], %(periods)s::bigint[]) AS k(indicator_id, period_id)
), newest AS (
    SELECT DISTINCT ON (f.period_id, f.indicator_id, f.unit_id) f.indicator_id, f.period_id, f.unit_id, f.value
    FROM k JOIN programs_approvedfigure f ON f.indicator_id = k.indicator_id AND f.period_id = k.period_id
    WHERE %(as_of)s::timestamptz IS NULL OR f.approved_at <= %(as_of)s::timestamptz
    ORDER BY f.period_id, f.indicator_id, f.unit_id, f.approved_at DESC, f.id DESC
), owed AS (
    SELECT k.indicator_id, k.period_id, d.unit_id
    FROM k
    JOIN programs_period p ON p.id = k.period_id
    JOIN programs_reportingduty d ON d.indicator_id = k.indicator_id
     AND (d.valid_from IS NULL OR d.valid_from <= p.ends_on) AND (d.valid_to IS NULL OR d.valid_to >= p.starts_on)
), leaf AS (
    SELECT indicator_id, period_id, unit_id, newest.value, owed.unit_id IS NOT NULL AS is_owed
    FROM newest FULL JOIN owed USING (indicator_id, period_id, unit_id)
)
SELECT leaf.indicator_id, leaf.period_id, up.id, sum(leaf.value), count(leaf.value), count(*) FILTER (WHERE leaf.is_owed), now()
FROM leaf
JOIN programs_unit u ON u.id = leaf.unit_id
CROSS JOIN LATERAL unnest(string_to_array(trim(BOTH '/' FROM u.path), '/')::bigint[]) AS up(id)
WHERE %(units)s::bigint[] IS NULL OR up.id = ANY(%(units)s::bigint[])
GROUP BY 1, 2, 3
"""
