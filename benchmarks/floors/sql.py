"""Statements of the floors, written by hand."""

# The figures a dashboard stands on: some units × indicators in one period.
SUMMARY = """
SELECT indicator_id, period_id, unit_id, value, reports, expected FROM programs_summary
WHERE period_id = ANY(%(periods)s) AND indicator_id = ANY(%(indicators)s) AND unit_id = ANY(%(units)s)
"""
# One page of the list of reports, with the members the API answers.
REPORTS = """
SELECT r.id, g.code AS programme, i.code AS indicator, u.code AS unit, p.code AS period, r.state, r.revision,
       trim_scale(r.value)::text AS value, a.full_name AS submitted_by, r.submitted_at
FROM programs_progressreport r
JOIN programs_indicator i ON i.id = r.indicator_id
JOIN programs_programme g ON g.id = i.programme_id
JOIN programs_unit u ON u.id = r.unit_id
JOIN programs_period p ON p.id = r.period_id
LEFT JOIN accounts_user a ON a.id = r.submitted_by_id
WHERE g.code = %(programme)s ORDER BY r.id LIMIT %(limit)s
"""
# Every report of one period as a table, names not neutralised.
TABLE = """
SELECT p.code, u.code, u.name, i.name_zh, v.value, r.state, r.revision, a.full_name,
       to_char(v.created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), v.source, b.full_name,
       to_char(f.approved_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), v.reason
FROM programs_progressreport r
JOIN programs_period p ON p.id = r.period_id
JOIN programs_unit u ON u.id = r.unit_id
JOIN programs_indicator i ON i.id = r.indicator_id
LEFT JOIN programs_progressrevision v ON v.report_id = r.id AND v.number = r.revision
LEFT JOIN accounts_user a ON a.id = v.author_id
LEFT JOIN programs_approvedfigure f ON f.revision_id = v.id
LEFT JOIN accounts_user b ON b.id = f.approved_by_id
WHERE i.programme_id = %(programme)s AND r.period_id = %(period)s AND u.path LIKE %(below)s
ORDER BY p.code, u.code, i.position, i.id
"""
# Every figure of one period as a table: what stands in the summaries.
FIGURES = """
SELECT u.code, u.name, i.name_zh, s.value, s.reports, s.expected
FROM programs_summary s JOIN programs_unit u ON u.id = s.unit_id JOIN programs_indicator i ON i.id = s.indicator_id
WHERE s.period_id = %(period)s AND i.programme_id = %(programme)s AND u.path LIKE %(below)s ORDER BY u.code, i.position
"""
