from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "programs"

    def ready(self) -> None:
        from programs import system_checks  # noqa: F401  registers the scope check
        from programs.core_reviews import register_all
        from programs.reviews import register_escalation
        from programs.services import decision_reminders, supervision_reminders
        from programs.services.digests import register_source

        register_all()
        register_source(supervision_reminders.reminders)
        register_source(decision_reminders.reminders)
        register_escalation("rectifications", "programs.services.rectifications.escalate")
