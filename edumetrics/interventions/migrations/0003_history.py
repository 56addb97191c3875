import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

KINDS = [
    ("conversation", "Conversation"),
    ("call", "Call"),
    ("mail_to_student", "mail to student"),
    ("mail_to_parent", "mail to parent"),
    ("referral", "Referral"),
    ("other", "Other"),
]


def give_follow_ups_to_who_logged_them(apps, schema_editor):
    log = apps.get_model("interventions", "InterventionLog")
    log.objects.using(schema_editor.connection.alias).update(follow_up_by=F("advisor"))


class Migration(migrations.Migration):
    dependencies = [("interventions", "0002_feedback_and_snooze")]

    operations = [
        migrations.AlterField(
            model_name="interventionlog",
            name="advisor",
            field=models.CharField(blank=True, help_text="who logged it", max_length=150),
        ),
        migrations.AddField(
            model_name="interventionlog",
            name="follow_up_by",
            field=models.CharField(
                blank=True, default="", help_text="whose the follow-up is: first the advisor's", max_length=150
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="interventionlog",
            name="follow_up_done_at",
            field=models.DateTimeField(help_text="null: still open, where there is one", null=True),
        ),
        migrations.RunPython(give_follow_ups_to_who_logged_them, migrations.RunPython.noop),
        migrations.CreateModel(
            name="InterventionHistory",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("student_id", models.CharField(max_length=64)),
                ("academic_year", models.SmallIntegerField()),
                ("changed_at", models.DateTimeField(help_text="when it was amended and ceased to say this")),
                ("changed_by", models.CharField(help_text="who amended it", max_length=150)),
                ("kind", models.CharField(choices=KINDS, max_length=20)),
                ("notes", models.TextField(blank=True)),
                ("outcome", models.TextField(blank=True)),
                ("follow_up_on", models.DateField(null=True)),
                ("follow_up_by", models.CharField(blank=True, max_length=150)),
                ("follow_up_done_at", models.DateTimeField(null=True)),
                (
                    "intervention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="interventions.interventionlog",
                    ),
                ),
            ],
            options={
                "db_table": "intervention_history",
                "indexes": [models.Index(fields=["student_id", "academic_year"], name="intervention_history_student")],
            },
        ),
    ]
