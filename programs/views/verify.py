"""The public page where anybody checks a bulletin: no sign-in, nothing stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView
from rest_framework.throttling import SimpleRateThrottle

from audit.middleware import client_address
from programs.models import Bulletin, Ranking
from programs.services.bulletins import verification
from programs.services.files import digest

MOST_BYTES = 50 * 1024 * 1024
ROOM = 64 * 1024  # what a form puts around a file


class PublicRate(SimpleRateThrottle):
    """Thirty questions a minute and address: enough for people, too few to try codes (30^16 of them)."""

    scope = "verify"
    rate = "30/min"

    def get_cache_key(self, request: HttpRequest, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request) or "unknown"}


class CodeForm(forms.Form):
    """The code printed beside the QR."""

    code = forms.CharField(
        label=gettext_lazy("Verification code"), max_length=40,
        help_text=gettext_lazy("Printed at the end of the bulletin, for example 7K3M-Q2WD-94TX-HB6N. Capitals and hyphens do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class FileForm(forms.Form):
    """The file to compare."""

    file = forms.FileField(
        label=gettext_lazy("PDF file"), help_text=gettext_lazy("At most 50 MB. It is compared and not kept.")
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)s MB; at most 50 MB are compared. Check that it is the bulletin.")
                % {"size": file.size // 1024 // 1024}
            )
        return file


# No CSRF check: these forms change nothing, and the check would read an upload before its size is looked at.
@method_decorator([never_cache, csrf_exempt], name="dispatch")
class PublicView(FormView):
    """Rate-limited and size-capped; rendered without the signed-in frame."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + ROOM:
            return render(
                request, "errors/413.html", {"status": 413, "detail": _("The file is larger than 50 MB.")}, status=413
            )
        throttle = PublicRate()
        if not throttle.allow_request(request, self):
            response = render(
                request,
                "errors/429.html",
                {"status": 429, "detail": _("Too many checks from your address.")},
                status=429,
            )
            response.headers["Retry-After"] = str(int(throttle.wait() or 60) + 1)
            return response
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class VerifyView(PublicView):
    """``/verify/``: enter a code."""

    form_class = CodeForm
    template_name = "programs/verify/start.html"

    def form_valid(self, form: CodeForm) -> HttpResponse:
        bulletin = verification.find(form.cleaned_data["code"])
        if bulletin is None:
            code = verification.normal_code(form.cleaned_data["code"])
            if Ranking.objects.filter(code=code).exists():
                return redirect("verify-paper", code=code)
            form.add_error(
                "code", _("There is no bulletin with this code. Compare it letter by letter with the paper.")
            )
            return self.form_invalid(form)
        return redirect("verify-code", code=bulletin.code)


class VerifyCodeView(PublicView):
    """``/verify/<code>/``: what was published under the code; a file can be compared with it."""

    form_class = FileForm
    template_name = "programs/verify/result.html"

    def bulletin(self) -> Bulletin:
        found = verification.find(self.kwargs["code"])
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict:
        bulletin = kwargs.pop("bulletin", None) or self.bulletin()
        return super().get_context_data(**kwargs) | {"bulletin": bulletin, "facts": verification.facts(bulletin)}

    def form_valid(self, form: FileForm) -> HttpResponse:
        bulletin = self.bulletin()
        answer = verification.compare(bulletin, digest(form.cleaned_data["file"].file))
        return self.render_to_response(self.get_context_data(form=FileForm(), bulletin=bulletin, answer=answer))
