from django.apps import AppConfig


class ElderCareConfig(AppConfig):
    name = "eldercare"

    def ready(self) -> None:
        from eldercare.registration import register_all

        register_all()
