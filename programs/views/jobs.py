"""My files: what runs for me in the background, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from programs.errors import RuleViolation
from programs.models import Job, StoredFile
from programs.services import files
from programs.services import jobs as service
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_messages

PER_PAGE = 30


@dataclass(frozen=True)
class JobProgress:
    """What ``components/progress.html`` draws of a job. ``state``: queued, running, done or failed."""

    state: str
    done: int
    total: int
    message: str
    result_url: str


def progress_of(job: Job, *, result_url: str = "") -> JobProgress:
    """A cancelled job is shown like a failed one, with its own words."""
    states: dict[str, str] = {Job.State.WAITING: "queued", Job.State.CANCELLED: "failed"}
    ended: dict[str, str] = {
        Job.State.FAILED: job.error,
        Job.State.CANCELLED: _("Stopped by you. Nothing was changed."),
    }
    state, words = states.get(job.state, job.state), ended.get(job.state, job.message)
    if not result_url and job.state == Job.State.DONE and job.result_id:
        result_url = reverse("job-file", args=[job.pk])
    return JobProgress(state, job.progress, job.total, words, result_url)


def title_of(job: Job) -> str:
    kind = service.KINDS.get(job.kind)
    return str(kind.label) if kind else job.kind


def send_file(stored: StoredFile, *, name: str = "") -> FileResponse:
    """The content as a download that no browser interprets. Http404 when the disk has lost it."""
    path = files.path_of(stored)
    if not path.is_file():
        raise Http404
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=name or stored.name, content_type=stored.content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


class OwnJobMixin(ScopedView):
    """Jobs of the person who asks; anybody else's do not exist for them."""

    roles = ANY_BUSINESS

    def own_job(self, pk: int) -> Job:
        return self.get_or_404(Job.objects.filter(requested_by=self.request.user).select_related("result"), pk=pk)


class JobListView(OwnJobMixin, TemplateView):
    """``/jobs/``: newest first. Two queries."""

    template_name = "programs/jobs/list.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        rows = self.scoped(Job).filter(requested_by=self.request.user).select_related("result").order_by("-pk")
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        lights = {
            Job.State.WAITING: "wait",
            Job.State.RUNNING: "ok",
            Job.State.DONE: "done",
            Job.State.FAILED: "late",
            Job.State.CANCELLED: "none",
        }
        shown = [{"job": job, "title": title_of(job), "light": lights[job.state]} for job in page.object_list]
        return super().get_context_data(**kwargs) | {"page": page, "rows": shown}


class JobView(OwnJobMixin, TemplateView):
    """One job; asked by htmx, only its progress."""

    template_name = "programs/jobs/detail.html"

    def get_template_names(self) -> list[str]:
        return ["programs/jobs/_progress.html"] if self.request.htmx else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict:
        job = self.own_job(self.kwargs["pk"])
        crumbs = [(_("My files"), reverse("jobs")), (title_of(job), None)]
        return super().get_context_data(**kwargs) | {
            "row": job,
            "job": progress_of(job),
            "title": title_of(job),
            "crumbs": crumbs,
            **poll(job),
        }


def poll(job: Job) -> dict[str, str]:
    """Where the progress component asks again, and where it can be stopped."""
    return {"url": reverse("job", args=[job.pk]), "cancel_url": reverse("job-cancel", args=[job.pk])}


class JobCancelView(OwnJobMixin, View):
    """Stop a job of mine."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self.own_job(pk)
        try:
            service.cancel(actor=self.request.user, job_id=job.pk)
            messages.success(request, _("Stopped."))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect("job", pk=pk)


class JobFileView(OwnJobMixin, View):
    """Download what a job of mine made."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        job = self.own_job(pk)
        if job.result is None:
            raise Http404
        return send_file(job.result)
