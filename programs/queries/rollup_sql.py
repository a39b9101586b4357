"""The statements that add figures up the tree: all of a key at once, and one level above what changed."""

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

# The same sums for some units only, from their own figures and the summaries right below them; right when those are.
# Parameters: indicators, periods (parallel arrays of keys), units. Yields the same columns.
FIGURES_ONE_LEVEL_UP = """
WITH k AS (
    SELECT DISTINCT indicator_id, period_id
    FROM unnest(%(indicators)s::bigint[], %(periods)s::bigint[]) AS k(indicator_id, period_id)
), newest AS (
    SELECT DISTINCT ON (f.period_id, f.indicator_id, f.unit_id) f.indicator_id, f.period_id, f.unit_id, f.value
    FROM k JOIN programs_approvedfigure f
      ON f.indicator_id = k.indicator_id AND f.period_id = k.period_id AND f.unit_id = ANY(%(units)s::bigint[])
    ORDER BY f.period_id, f.indicator_id, f.unit_id, f.approved_at DESC, f.id DESC
), part AS (
    SELECT indicator_id, period_id, unit_id, value, (value IS NOT NULL)::int AS reports, 0 AS expected FROM newest
    UNION ALL
    SELECT k.indicator_id, k.period_id, d.unit_id, NULL, 0, 1
    FROM k
    JOIN programs_period p ON p.id = k.period_id
    JOIN programs_reportingduty d ON d.indicator_id = k.indicator_id AND d.unit_id = ANY(%(units)s::bigint[])
     AND (d.valid_from IS NULL OR d.valid_from <= p.ends_on) AND (d.valid_to IS NULL OR d.valid_to >= p.starts_on)
    UNION ALL
    SELECT s.indicator_id, s.period_id, below.parent_id, s.value, s.reports, s.expected
    FROM programs_unit below
    CROSS JOIN k
    JOIN programs_summary s
      ON s.period_id = k.period_id AND s.indicator_id = k.indicator_id AND s.unit_id = below.id
    WHERE below.parent_id = ANY(%(units)s::bigint[])
)
SELECT indicator_id, period_id, unit_id, sum(value), sum(reports), sum(expected), now()
FROM part GROUP BY 1, 2, 3
"""
