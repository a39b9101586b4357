import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('policies', '0001_initial'),
        ('programs', '0006_projects_and_supervision'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dimension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=8)),
                ('name_zh', models.CharField(max_length=40)),
                ('name_en', models.CharField(blank=True, default='', max_length=80)),
                ('content_zh', models.CharField(max_length=200)),
                ('content_en', models.CharField(blank=True, default='', max_length=300)),
                ('threshold_zh', models.CharField(blank=True, default='', max_length=120)),
                ('threshold_en', models.CharField(blank=True, default='', max_length=200)),
                ('worst_grade', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('clause', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policies.clause')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dimensions', to='programs.programme')),
            ],
            options={
                'ordering': ['programme', 'code'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'code'), name='river_dimension_once')],
            },
        ),
        migrations.CreateModel(
            name='Standard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('province', 'provincial level'), ('city', 'city level'), ('county', 'county level')], max_length=10)),
                ('filing_score', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('naming_score', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('worst_grade', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('quality_months', models.PositiveSmallIntegerField(default=12)),
                ('filing_clause', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policies.clause')),
                ('naming_clause', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policies.clause')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='river_standards', to='programs.programme')),
                ('quality_clause', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policies.clause')),
            ],
            options={
                'ordering': ['programme', 'level'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'level'), name='river_standard_once'), models.CheckConstraint(condition=models.Q(models.Q(('filing_score', None), ('filing_score__range', (0, 100)), _connector='OR'), models.Q(('naming_score', None), ('naming_score__range', (0, 100)), _connector='OR')), name='river_standard_scores_to_100')],
            },
        ),
        migrations.CreateModel(
            name='WaterBody',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveSmallIntegerField()),
                ('segment_zh', models.CharField(max_length=80)),
                ('segment_en', models.CharField(blank=True, default='', max_length=160)),
                ('length_km', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True)),
                ('length_is_approximate', models.BooleanField(default=False)),
                ('reservoir_class', models.CharField(blank=True, choices=[('', 'no reservoir'), ('large', 'large'), ('medium', 'medium'), ('small_1', 'small (1)'), ('small_2', 'small (2)')], default='', max_length=8)),
                ('responsible_text', models.CharField(max_length=120)),
                ('note_zh', models.CharField(blank=True, default='', max_length=300)),
                ('note_en', models.CharField(blank=True, default='', max_length=400)),
                ('build_done_on', models.DateField(blank=True, null=True)),
                ('evaluated_on', models.DateField(blank=True, null=True)),
                ('named_on', models.DateField(blank=True, null=True)),
                ('naming_number', models.CharField(blank=True, default='', max_length=60)),
                ('register_number', models.CharField(blank=True, default='', max_length=40)),
                ('sign_updated_on', models.DateField(blank=True, null=True)),
                ('clause', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policies.clause')),
                ('issues', models.ManyToManyField(blank=True, related_name='waters', to='policies.documentissue')),
                ('parties', models.ManyToManyField(blank=True, related_name='waters', to='programs.organization')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waters', to='programs.programme')),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='water', to='programs.project')),
            ],
            options={
                'ordering': ['programme', 'seq'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'seq'), name='water_body_seq_once'), models.CheckConstraint(condition=models.Q(models.Q(('named_on', None), ('naming_number', '')), models.Q(('named_on__isnull', False), models.Q(('naming_number', ''), _negated=True)), _connector='OR'), name='water_body_named_with_number'), models.CheckConstraint(condition=models.Q(('length_km', None), ('length_km__gt', 0), _connector='OR'), name='water_body_length_positive')],
            },
        ),
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True)),
                ('satisfaction', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('methods', models.JSONField(default=list)),
                ('panel', models.CharField(blank=True, default='', max_length=300)),
                ('paper_number', models.CharField(blank=True, default='', max_length=60)),
                ('worst_grade', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('is_passed', models.BooleanField()),
                ('evaluated_on', models.DateField()),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='river_evaluation', to='programs.decision')),
                ('inspection', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.inspection')),
                ('water', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluations', to='rivers.waterbody')),
            ],
            options={
                'ordering': ['water', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('score', None), ('score__range', (0, 100)), _connector='OR'), name='river_evaluation_score_to_100')],
            },
        ),
        migrations.CreateModel(
            name='RiverChief',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('province', 'provincial chief'), ('city', 'city chief'), ('county', 'county chief'), ('township', 'township chief'), ('village', 'village chief')], max_length=10)),
                ('person', models.CharField(max_length=40)),
                ('post', models.CharField(max_length=80)),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('water', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chiefs', to='rivers.waterbody')),
            ],
            options={
                'ordering': ['water', 'level', '-since'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('water', 'level'), name='river_chief_one_a_level'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='river_chief_until_after_since')],
            },
        ),
        migrations.CreateModel(
            name='WaterQuality',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('grade', models.PositiveSmallIntegerField(choices=[(1, 'Ⅰ'), (2, 'Ⅱ'), (3, 'Ⅲ'), (4, 'Ⅳ'), (5, 'Ⅴ'), (6, 'below Ⅴ')])),
                ('source', models.CharField(max_length=120)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('replaced_at', models.DateTimeField(blank=True, null=True)),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('water', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='classes', to='rivers.waterbody')),
            ],
            options={
                'ordering': ['water', 'month', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('replaced_at', None)), fields=('water', 'month'), name='water_quality_once_a_month'), models.CheckConstraint(condition=models.Q(('grade__range', (1, 6))), name='water_quality_grade_1_to_6'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='water_quality_month_is_a_first_day')],
            },
        ),
    ]
