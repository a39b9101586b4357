import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('policies', '0001_initial'),
        ('programs', '0008_draw_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='Belt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_on', models.DateField()),
                ('members', models.ManyToManyField(help_text='Towns and villages along the belt.', related_name='belts', to='programs.unit')),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='belt', to='programs.project')),
            ],
            options={
                'ordering': ['project__code'],
            },
        ),
        migrations.CreateModel(
            name='Honour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('province', 'provincial level'), ('city', 'city level'), ('county', 'county level')], max_length=8)),
                ('year', models.PositiveSmallIntegerField()),
                ('plaque_no', models.CharField(max_length=40)),
                ('commendation_no', models.CharField(max_length=60)),
                ('honoured_on', models.DateField()),
                ('revoked_on', models.DateField(blank=True, null=True)),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='honour', to='programs.decision')),
                ('declaration', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='honour', to='programs.declaration')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='honours', to='programs.project')),
                ('revoked_by', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revoked_honour', to='programs.decision')),
            ],
            options={
                'ordering': ['-honoured_on', 'id'],
                'constraints': [models.UniqueConstraint(fields=('level', 'plaque_no'), name='honour_plaque_once'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_by', None), ('revoked_on', None)), models.Q(('revoked_by__isnull', False), ('revoked_on__isnull', False)), _connector='OR'), name='honour_revoked_whole')],
            },
        ),
        migrations.CreateModel(
            name='Pot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=8)),
                ('name_zh', models.CharField(max_length=80)),
                ('name_en', models.CharField(blank=True, default='', max_length=160)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                ('is_yearly', models.BooleanField(blank=True, null=True)),
                ('is_for_awards', models.BooleanField(default=False)),
                ('clause', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policies.clause')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='village_pots', to='programs.programme')),
            ],
            options={
                'ordering': ['programme', 'code'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'code'), name='village_pot_once')],
            },
        ),
        migrations.CreateModel(
            name='Quota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('village', 'model villages'), ('town', 'model towns'), ('belt', 'model belts')], max_length=8)),
                ('level', models.CharField(choices=[('province', 'provincial level'), ('city', 'city level'), ('county', 'county level')], max_length=8)),
                ('minimum', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('maximum', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('period', models.CharField(choices=[('per_year', 'every year'), ('not_stated', 'period not stated'), ('within_2_to_3_years', 'within two to three years')], max_length=20)),
                ('award', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('is_settled', models.BooleanField(default=True)),
                ('note_zh', models.CharField(blank=True, default='', max_length=300)),
                ('note_en', models.CharField(blank=True, default='', max_length=400)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('clause', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policies.clause')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='village_quotas', to='programs.programme')),
                ('set_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='village_quotas', to='programs.unit')),
            ],
            options={
                'ordering': ['unit__code', 'kind', 'level'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'unit', 'kind', 'level'), name='village_quota_once'), models.CheckConstraint(condition=models.Q(('is_settled', True), ('minimum', None), _connector='OR'), name='village_quota_open_has_no_number')],
            },
        ),
        migrations.CreateModel(
            name='ThreeYearPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_year', models.PositiveSmallIntegerField()),
                ('last_year', models.PositiveSmallIntegerField()),
                ('summary', models.TextField(blank=True, default='')),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='three_year_plan', to='programs.project')),
            ],
            options={
                'ordering': ['-first_year', 'project__unit__code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('last_year__gte', models.F('first_year'))), name='three_year_plan_order'), models.CheckConstraint(condition=models.Q(('last_year__lte', django.db.models.expressions.CombinedExpression(models.F('first_year'), '+', models.Value(2)))), name='three_year_plan_length')],
            },
        ),
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('style', models.CharField(blank=True, choices=[('water', 'water village'), ('forest', 'forest village'), ('field', 'field village'), ('culture', 'culture village')], default='', max_length=8)),
                ('hamlets', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('hamlets_are_all', models.BooleanField(default=False, verbose_name='This is every hamlet of the village')),
                ('has_industry', models.BooleanField(default=False, verbose_name='industry has a base')),
                ('has_potential', models.BooleanField(default=False, verbose_name='development has potential')),
                ('has_tourism', models.BooleanField(default=False, verbose_name='tourism has resources')),
                ('has_culture', models.BooleanField(default=False, verbose_name='culture has roots')),
                ('has_strong_cadres', models.BooleanField(default=False, verbose_name='the village committee is strong')),
                ('has_willing_people', models.BooleanField(default=False, verbose_name='the people want to take part')),
                ('version', models.PositiveIntegerField(default=0)),
                ('belt', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='candidates', to='villages.belt')),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='candidate', to='programs.project')),
            ],
            options={
                'ordering': ['project__code'],
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year_no', models.PositiveSmallIntegerField()),
                ('goal', models.CharField(max_length=300)),
                ('reached_on', models.DateField(blank=True, null=True)),
                ('shown', models.CharField(blank=True, default='', max_length=300)),
                ('belt', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestones', to='villages.belt')),
            ],
            options={
                'ordering': ['belt', 'year_no'],
                'constraints': [models.UniqueConstraint(fields=('belt', 'year_no'), name='milestone_once'), models.CheckConstraint(condition=models.Q(('year_no__range', (1, 3))), name='milestone_of_three_years')],
            },
        ),
        migrations.CreateModel(
            name='Sanction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('criticism', 'criticised throughout the city'), ('no_awards', 'its leaders take part in no appraisal for honours'), ('no_projects', 'no rural projects are assigned to it')], max_length=12)),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('lifted_on', models.DateField(blank=True, null=True)),
                ('lift_reason', models.CharField(blank=True, default='', max_length=300)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sanctions', to='programs.decision')),
                ('honour', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sanctions', to='villages.honour')),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='village_sanctions', to='programs.unit')),
            ],
            options={
                'ordering': ['unit', 'kind', 'id'],
                'constraints': [models.UniqueConstraint(fields=('honour', 'decision', 'kind'), name='sanction_once'), models.CheckConstraint(condition=models.Q(('lifted_on', None), models.Q(('lift_reason', ''), _negated=True), _connector='OR'), name='sanction_lifted_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='BuildProject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('builder', models.CharField(max_length=80, verbose_name='builder')),
                ('place', models.CharField(max_length=80, verbose_name='place')),
                ('content', models.CharField(max_length=300, verbose_name='content')),
                ('investment', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='investment')),
                ('finish_by', models.DateField(verbose_name='to be finished by')),
                ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('city', 'city funds'), ('county', 'county funds'), ('town', 'township funds'), ('rural', 'integrated rural funds'), ('matter', 'one-matter-one-vote funds'), ('pairing', 'village-enterprise pairing'), ('donation', 'donations'), ('own', "the village's own income")], max_length=10), blank=True, default=list, size=None)),
                ('is_tendered', models.BooleanField(default=False, verbose_name='tendered')),
                ('finished_on', models.DateField(blank=True, null=True, verbose_name='finished on')),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='works', to='villages.candidate')),
            ],
            options={
                'ordering': ['candidate', 'position', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('investment__gt', 0)), name='works_investment_positive'), models.CheckConstraint(condition=models.Q(models.Q(('builder', ''), _negated=True), models.Q(('place', ''), _negated=True), models.Q(('content', ''), _negated=True)), name='works_fields_are_filled')],
            },
        ),
        migrations.CreateModel(
            name='SupervisionGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('formed_on', models.DateField(verbose_name='formed on')),
                ('township_cadres', models.PositiveSmallIntegerField(verbose_name='township cadres in charge of the village')),
                ('village_cadres', models.PositiveSmallIntegerField(verbose_name='members of the two village committees')),
                ('villagers', models.PositiveSmallIntegerField(verbose_name='representatives of the villagers')),
                ('works', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='group', to='villages.buildproject')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('township_cadres__gte', 1), ('village_cadres__gte', 1), ('villagers__gte', 1)), name='supervision_group_has_all_kinds')],
            },
        ),
        migrations.CreateModel(
            name='SupervisionRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='day')),
                ('text', models.CharField(max_length=300, verbose_name='what was seen')),
                ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='records', to='villages.supervisiongroup')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['group', 'on', 'id'],
            },
        ),
    ]
