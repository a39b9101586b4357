"""Photos of an inspection: adding one, the picture as it may be shown, the photo as it came, taking one out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from programs.errors import RuleViolation
from programs.forms_inspections import PhotoForm
from programs.models import InspectionPhoto, Role
from programs.services import photos
from programs.services.files import path_of
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_messages
from programs.views.inspections import SCORES, InspectionMixin
from programs.views.jobs import send_file

SANDBOX = "default-src 'none'; sandbox"


class PhotoAddView(InspectionMixin, View):
    """POST one photo of an open inspection."""

    roles = SCORES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form, inspection = PhotoForm(request.POST, request.FILES), self.inspection
        if not form.is_valid():
            messages.error(request, _("No photo was chosen."))
        else:
            try:
                photos.add(actor=self.request.user, inspection_id=inspection.pk, upload=form.cleaned_data["file"])
                messages.success(request, _("The photo is kept; what is shown carries no place and no time."))
            except RuleViolation as violation:
                add_to_messages(request, violation)
        return redirect(reverse("inspection-score", args=[inspection.pk]) + "#photos")


class PhotoMixin(ScopedView):
    """``self.photo`` by its number; 404 outside the scope or once taken out."""

    kwargs: dict[str, Any]

    def photo(self) -> InspectionPhoto:
        rows = InspectionPhoto.objects.filter(removed_at=None).select_related("shown", "original", "inspection")
        found: InspectionPhoto = self.get_or_404(rows, pk=self.kwargs["pk"])
        return found


class PhotoView(PhotoMixin, View):
    """The picture as it may be shown: drawn anew, nothing but pixels."""

    roles = ANY_BUSINESS
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> FileResponse:
        path = path_of(self.photo().shown)
        if not path.is_file():
            raise Http404
        response = FileResponse(path.open("rb"), content_type="image/jpeg")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = SANDBOX
        response.headers["Cache-Control"] = "private, max-age=600"
        return response


class PhotoOriginalView(PhotoMixin, View):
    """The photo as it came, with where and when it was taken: for who approves or audits."""

    roles = (Role.AUDITOR, Role.APPROVER)
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> FileResponse:
        photo = self.photo()
        response = send_file(photo.original)
        response.headers["Content-Security-Policy"] = SANDBOX
        return response


class PhotoRemoveView(PhotoMixin, View):
    """POST: take a photo out of an open inspection."""

    roles = SCORES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        photo = self.photo()
        try:
            photos.remove(actor=self.request.user, photo_id=photo.pk)
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect(reverse("inspection-score", args=[photo.inspection_id]) + "#photos")
