from django.db import migrations

from audit.append_only import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("programs", "0002_core"), ("audit", "0002_append_only")]
    operations = [refuse_changes("programs_progressrevision", "programs_progressdecision", "programs_approvedfigure")]
