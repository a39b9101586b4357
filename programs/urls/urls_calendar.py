"""The working-day calendar, dates of steps, exempted cohorts."""

from django.urls import path

from programs.views import calendar, deadlines

urlpatterns = [
    path("calendar/", calendar.CalendarView.as_view(), name="calendar"),
    path("calendar/edit/", calendar.CalendarEditView.as_view(), name="calendar-edit"),
    path("deadlines/", deadlines.DeadlinesView.as_view(), name="deadlines"),
    path("deadlines/set/", deadlines.DeadlineSetView.as_view(), name="deadline-set"),
    path("deadlines/exempt/", deadlines.ExemptionNewView.as_view(), name="exemption-new"),
    path("deadlines/exemptions/<int:pk>/revoke/", deadlines.ExemptionRevokeView.as_view(), name="exemption-revoke"),
]
