from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "programs"

    def ready(self) -> None:
        from programs import system_checks  # noqa: F401  registers the scope check
        from programs.core_reviews import register_all
        from programs.reviews import register_escalation
        from programs.services.digests import register_source
        from programs.services.supervision_reminders import reminders

        register_all()
        register_source(reminders)
        register_escalation("rectifications", "programs.services.rectifications.escalate")
