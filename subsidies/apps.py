from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "subsidies"

    def ready(self) -> None:
        from subsidies.reviews import register_reviews

        register_reviews()
