"""The public kind of an exception beside its reason; the day a draw was cancelled; whole codes of draws."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Exceptions by place, as ``services.draws.preparing.is_own`` finds them. The trigger of frozen lists guards against
# people; here the column is new.
KINDS = """
ALTER TABLE programs_drawexcuse DISABLE TRIGGER programs_drawexcuse_frozen;
UPDATE programs_drawexcuse e SET kind = 'own_unit'
FROM programs_drawcandidate c JOIN programs_unit place ON place.id = c.unit_id,
     programs_drawinspector i JOIN programs_unit home ON home.id = i.unit_id
WHERE c.id = e.candidate_id AND i.id = e.inspector_id AND home.level NOT IN ('province', 'city')
  AND (starts_with(place.path, home.path) OR starts_with(home.path, place.path));
ALTER TABLE programs_drawexcuse ENABLE TRIGGER programs_drawexcuse_frozen;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0012_lapsed_extensions_and_deliveries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="cancelled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="draw",
            name="cancelled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="drawexcuse",
            name="kind",
            field=models.CharField(
                choices=[("own_unit", "own unit"), ("relation", "relation"), ("other", "other")],
                default="other",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="draw",
            name="code",
            field=models.SlugField(max_length=80, unique=True),
        ),
        migrations.RunSQL(KINDS, migrations.RunSQL.noop),
    ]
