"""Projects, their declarations, papers and the inbox."""

from django.urls import path

from programs.views import declaration_files, declarations, inbox, papers, projects

urlpatterns = [
    path("inbox/", inbox.InboxView.as_view(), name="inbox"),
    path("projects/", projects.ProjectListView.as_view(), name="projects"),
    path("projects/<slug:code>/", projects.ProjectView.as_view(), name="project"),
    path("projects/<slug:code>/start/", projects.ProjectStartView.as_view(), name="project-start"),
    path("projects/<slug:code>/papers/", papers.ProjectPaperView.as_view(), name="project-paper-add"),
    path("declarations/<int:pk>/", declarations.DeclarationView.as_view(), name="declaration"),
    path("declarations/<int:pk>/draft/", declarations.DraftView.as_view(), name="declaration-draft"),
    path("declarations/<int:pk>/decide/", declarations.DecideView.as_view(), name="declaration-decide"),
    path("declarations/<int:pk>/papers/", papers.DeclarationPaperView.as_view(), name="declaration-paper-add"),
    path("declarations/<int:pk>/compare/", declarations.CompareView.as_view(), name="declaration-compare"),
    path(
        "declarations/<int:pk>/history.<slug:fmt>",
        declaration_files.HistoryFileView.as_view(),
        name="declaration-history",
    ),
    path("declarations/<int:pk>/package/", declaration_files.PackageView.as_view(), name="declaration-package"),
    path("papers/<int:pk>/", papers.PaperView.as_view(), name="paper"),
    path("papers/<int:pk>/file/", papers.PaperFileView.as_view(), name="paper-file"),
    path("papers/<int:pk>/<int:page>.png", papers.PaperPageView.as_view(), name="paper-page"),
]
