from django.db import migrations

from audit.append_only import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("rivers", "0001_waters"), ("audit", "0002_append_only")]
    operations = [refuse_changes("rivers_evaluation")]
