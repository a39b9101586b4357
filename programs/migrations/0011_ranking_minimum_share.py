"""Settings of the city: what a ranking must rest on, and which figures are shown in ten thousands."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programs", "0010_periodic_papers")]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="in_ten_thousands",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Stored and entered in the measure, shown in ten thousands of it in Chinese (specification 8, no. 11).",
            ),
        ),
        migrations.AddField(
            model_name="rankingrule",
            name="minimum_share",
            field=models.PositiveSmallIntegerField(db_default=50, default=50),
        ),
        migrations.AddConstraint(
            model_name="rankingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("minimum_share__lte", 100)), name="ranking_rule_minimum_share"
            ),
        ),
    ]
