from django.db import migrations

from audit.append_only import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("eldercare", "0001_registry"), ("audit", "0002_append_only")]
    operations = [refuse_changes("eldercare_riskdecision")]
