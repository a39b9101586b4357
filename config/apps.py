from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """The project itself, as an app: it holds the commands that concern every app."""

    name = "config"
