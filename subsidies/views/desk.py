"""The desk: everything this person's offices have to send or confirm, in two tables, recorded row by row or all at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from programs.errors import RuleViolation
from programs.views.base import ScopedView, add_to_form
from subsidies.forms import ReceiveForm, SendForm
from subsidies.models import Receipt, Transfer
from subsidies.queries import Task, desk
from subsidies.services import transfers
from subsidies.views.common import BOOKKEEPERS, ReasonView, tabs


class DeskView(ScopedView, TemplateView):
    """GET: what is to be recorded. POST: ``do`` names rows (a voucher or a tick); each is recorded for itself.

    A row that is refused stays with what was typed and its reason; the others are done.
    """

    roles = BOOKKEEPERS
    template_name = "subsidies/desk.html"

    @cached_property
    def tasks(self) -> tuple[list[Task], list[Task], bool]:
        return desk(self.request.user, self.access, timezone.localdate())

    def _form(self, task: Task, data: Any = None) -> forms.Form:
        form, day = (SendForm, "sent_on") if task.transfer is None else (ReceiveForm, "received_on")
        initial = {"amount": task.amount, day: timezone.localdate()}
        return form(data, initial=initial, prefix=task.key, use_required_attribute=False)  # empty rows may stay

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = self._wanted(request)
        if not wanted:
            messages.error(request, _("Nothing to record: enter a voucher number or tick a receipt."))
            return self.render_to_response(self.get_context_data(refused={}), status=422)
        refused: dict[str, forms.Form] = {}
        done = 0
        status = 422
        for task in [*self.tasks[0], *self.tasks[1]]:
            if task.key not in wanted:
                continue
            form = self._form(task, request.POST)
            try:
                if form.is_valid() and self._record(task, form):
                    done += 1
                    continue
            except RuleViolation as violation:
                add_to_form(form, violation)
                status = violation.status
            except PermissionDenied as refusal:
                form.add_error(None, str(refusal))
            refused[task.key] = form
        gone = wanted - {task.key for part in self.tasks[:2] for task in part}
        self._say(done, len(refused), len(gone))
        if refused:
            del self.tasks  # what was recorded is no longer to do
            return self.render_to_response(self.get_context_data(refused=refused), status=status)
        return redirect(self._back())

    def _wanted(self, request: HttpRequest) -> set[str]:
        """One row by its own button, else every ticked receipt and every sending with a voucher."""
        if "one" in request.POST:
            return {request.POST["one"]}
        typed = {
            name.removesuffix("-voucher")
            for name, value in request.POST.items()
            if name.endswith("-voucher") and str(value).strip()
        }
        return typed | set(request.POST.getlist("pick"))

    def _record(self, task: Task, form: forms.Form) -> bool:
        if task.transfer is None:
            transfers.send(
                actor=self.request.user, award_id=task.chain.award.pk, hop=task.hop.number, **form.cleaned_data
            )
        else:
            transfers.receive(actor=self.request.user, transfer_id=task.transfer.pk, **form.cleaned_data)
        return True

    def _say(self, done: int, refused: int, gone: int) -> None:
        if done:
            text = ngettext("%(n)s row is recorded.", "%(n)s rows are recorded.", done)
            messages.success(self.request, text % {"n": done})
        if refused:
            text = ngettext(
                "%(n)s row is not recorded; the reason stands at the row.",
                "%(n)s rows are not recorded; the reasons stand at the rows.",
                refused,
            )
            messages.error(self.request, text % {"n": refused})
        if gone:
            text = _("%(n)s rows are no longer to do: somebody recorded them meanwhile.")
            messages.warning(self.request, text % {"n": gone})

    def _back(self) -> str:
        """The award's page when the form stood there."""
        back = self.request.POST.get("next", "")
        if url_has_allowed_host_and_scheme(back, allowed_hosts={self.request.get_host()}):
            return back
        return reverse("money-desk")

    def get_context_data(self, refused: dict[str, forms.Form] | None = None, **kwargs: Any) -> dict[str, Any]:
        sending, confirming, more = self.tasks
        kept = refused or {}
        return super().get_context_data(**kwargs) | {
            "sending": [(task, kept.get(task.key) or self._form(task)) for task in sending],
            "confirming": [(task, kept.get(task.key) or self._form(task)) for task in confirming],
            "more": more,
            "tabs": tabs(self, "money-desk"),
        }


class TransferReverseView(ReasonView):
    """Take a transfer back."""

    roles = BOOKKEEPERS

    def back(self, **kwargs: Any) -> str:
        found = self.get_or_404(Transfer, pk=kwargs["pk"])
        return reverse("award", args=[found.award_id])

    def act(self, reason: str, **kwargs: Any) -> str:
        transfers.reverse_transfer(actor=self.request.user, transfer_id=kwargs["pk"], reason=reason)
        return _("The transfer was taken back; both rows stay in the record.")


class ReceiptReverseView(ReasonView):
    """Take a receipt back."""

    roles = BOOKKEEPERS

    def back(self, **kwargs: Any) -> str:
        found = self.get_or_404(Receipt.objects.select_related("transfer"), pk=kwargs["pk"])
        return reverse("award", args=[found.transfer.award_id])

    def act(self, reason: str, **kwargs: Any) -> str:
        transfers.reverse_receipt(actor=self.request.user, receipt_id=kwargs["pk"], reason=reason)
        return _("The receipt was taken back; both rows stay in the record.")
