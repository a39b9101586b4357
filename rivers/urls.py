"""Pages of the happy rivers."""

from django.urls import path

from rivers.views import papers, register, year

app_name = "rivers"
urlpatterns = [
    path("", register.RegisterView.as_view(), name="register"),
    path("year/", year.YearView.as_view(), name="year"),
    path("classes/", year.ClassesView.as_view(), name="classes"),
    path("<slug:code>/", register.WaterView.as_view(), name="water"),
    path("<slug:code>/chief/", register.ChiefView.as_view(), name="chief"),
    path("<slug:code>/naming.pdf", papers.NamingView.as_view(), name="naming"),
    path("<slug:code>/evaluation.pdf", papers.EvaluationView.as_view(), name="evaluation"),
]
