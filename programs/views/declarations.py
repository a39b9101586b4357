"""A declaration: where it stands, its application, its papers, the steps a person may take, its history."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from programs import application
from programs.errors import RuleViolation
from programs.models import Declaration
from programs.modules import panels_of
from programs.queries.declarations import DeclarationPage, changes, stage_name, verb_name, with_related
from programs.queries.due_inspections import Due, due_of
from programs.services import declarations as service
from programs.services.declarations.context import StepContext
from programs.step_forms import PaperForm, StepForm
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_form


class DeclarationMixin(ScopedView):
    """``self.declaration`` from the address, 404 outside the scope, and its whole page by ``self.show()``."""

    roles = ANY_BUSINESS
    kwargs: dict[str, Any]

    @cached_property
    def declaration(self) -> Declaration:
        found: Declaration = self.get_or_404(with_related(Declaration.objects.all()), pk=self.kwargs["pk"])
        return found

    @cached_property
    def found(self) -> DeclarationPage:
        return DeclarationPage(self.declaration, self.request.user, self.access)

    @property
    def here(self) -> str:
        return reverse("declaration", args=[self.declaration.pk])

    def reread(self) -> None:
        """Forget what was read: somebody else has changed it."""
        self.__dict__.pop("found", None)
        self.__dict__.pop("declaration", None)

    def show(
        self,
        *,
        step_form: StepForm | None = None,
        draft: dict[str, Any] | None = None,
        problem: RuleViolation | None = None,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        """The page. ``draft``: what was typed and could not be kept. ``problem``: stands at the top."""
        page = self.found
        declaration, flow = self.declaration, page.flow
        project = declaration.project
        data = application.newest_data(declaration, page.revisions)
        due = due_of(self.access, pk=declaration.pk)
        context = {
            "page": page,
            "declaration": declaration,
            "project": project,
            "programme": project.programme,
            "flow": flow,
            "stage": page.stage,
            "steps": page.steps,
            "forms": self._step_forms(step_form),
            "due": due,
            "open_verb": step_form.option.step.verb if step_form else self._first_verb(),
            "checks": [] if step_form else self._checks(due),
            "form": self._application(draft, full=step_form is not None),
            "base": json.dumps(declaration.draft, ensure_ascii=False, sort_keys=True),
            "values": application.shown(flow, declaration, data),
            "lists": application.lists_in(flow, declaration, data),
            "papers": page.papers,
            "paper_form": PaperForm(flow=flow),
            "may_attach": self.access.can(
                {"reporter", "reviewer", "approver", "inspector"}, unit=project.unit, programme=project.programme
            ),
            "history": self._history(),
            "panels": panels_of(project, self.request.user),
            "problem": problem,
            "crumbs": [
                (_("Projects"), reverse("projects")),
                (project.name, reverse("project", args=[project.code])),
                (f"{declaration.cycle.year} {flow.name}", None),
            ],
        }
        return render(self.request, "programs/declarations/detail.html", context | more, status=status)

    def _application(self, draft: dict[str, Any] | None, *, full: bool) -> forms.Form | None:
        """The form to be filled in; None when it is not this person's turn. ``full``: with complaints about empty fields."""
        if not self.found.is_editable:
            return None
        typed = self.declaration.draft if draft is None else draft
        form = application.form_for(self.found.flow, self.declaration, typed or None)
        return form if form is None or full or not typed else application.soften(form)

    def _step_forms(self, given: StepForm | None) -> list[StepForm]:
        papers, revision = self.found.current_papers, self.declaration.revision
        built = [StepForm(option=option, papers=papers, revision=revision) for option in self.found.mine]
        if given is None:
            return built
        return [given if one.option.step.verb == given.option.step.verb else one for one in built]

    def _first_verb(self) -> str:
        asked = self.request.GET.get("step", "")
        verbs = [one.step.verb for one in self.found.mine if not one.step.is_reverse]
        return asked if asked in {one.step.verb for one in self.found.mine} else (verbs[0] if verbs else "")

    def _checks(self, due: list[Due]) -> list[dict[str, Any]]:
        """Rules of the first step forward, as they stand now; steps that ask for facts are judged when they are taken."""
        option = next((one for one in self.found.mine if not one.step.is_reverse), None)
        if option is None or option.step.facts:
            return []
        context = StepContext(self.declaration, option.step, self.request.user, timezone.localdate())
        found = []
        for guard in option.step.guards:
            problem = guard.check(context)
            kind = "yes" if problem is None else ("no" if guard.is_hard else "half")
            clause = self.found.clauses.get(guard.clause, guard.clause)
            wanted = next((one for one in due if one.purpose == guard.inspection), None) if problem else None
            found.append({"kind": kind, "rule": guard.rule, "clause": clause, "problem": problem, "due": wanted})
        return found

    def _history(self) -> list[dict[str, Any]]:
        """Newest first."""
        flow = self.found.flow
        return [
            {
                "decision": one,
                "verb": verb_name(flow, one),
                "from": stage_name(flow, one.from_stage),
                "to": stage_name(flow, one.to_stage),
                "kind": "bad" if _is_reverse(flow, one) else ("warn" if one.overrides else ""),
                "facts": application.facts_of(flow, one),
            }
            for one in reversed(self.found.decisions)
        ]


class DeclarationView(DeclarationMixin, View):
    """The page. A fixed number of queries besides those of the workflow's own rules and panels."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show()


class DraftView(DeclarationMixin, View):
    """POST the application's inputs and ``_base``, the draft they started from. htmx: only the saved state comes back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        typed = application.read_typed(self.found.flow, self.declaration, request.POST)
        try:
            saved = service.save_draft(
                actor=self.request.user, declaration_id=self.declaration.pk, data=typed, expected=self._base()
            )
        except RuleViolation as violation:
            return self._refused(violation, typed)
        if self.request.htmx:
            base = json.dumps(saved.draft, ensure_ascii=False, sort_keys=True)
            return render(request, "programs/declarations/_saved.html", {"base": base, "saved_at": timezone.now()})
        messages.success(request, _("The application is saved as a draft; nothing was handed in."))
        return redirect(self.here)

    def _base(self) -> dict[str, Any]:
        try:
            base = json.loads(self.request.POST.get("_base", ""))
        except ValueError:
            base = None
        return base if isinstance(base, dict) else {"_unreadable": True}

    def _refused(self, violation: RuleViolation, typed: dict[str, Any]) -> HttpResponse:
        self.reread()
        theirs = self.declaration.draft
        found = [(key, theirs.get(key), typed.get(key)) for key in typed if theirs.get(key) != typed.get(key)]
        differing = application.changes_in_words(self.found.flow, self.declaration, found)
        if self.request.htmx:
            context = {
                "violation": violation,
                "differing": differing,
                "base": self.request.POST.get("_base", ""),
                "here": self.here,
            }
            return render(self.request, "programs/declarations/_saved.html", context, status=violation.status)
        return self.show(draft=typed, problem=violation, differing=differing, status=violation.status)


class DecideView(DeclarationMixin, View):
    """POST a step. A refusal comes back in its form with everything typed; 409 says what changed meanwhile."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        verb = request.POST.get("verb", "")
        option = next((one for one in self.found.mine if one.step.verb == verb), None)
        if option is None:
            return self._not_mine(verb)
        form = StepForm(
            request.POST, option=option, papers=self.found.current_papers, revision=self.declaration.revision
        )
        if not form.is_readable():
            return self.show(step_form=form, status=422)
        try:
            service.decide(actor=self.request.user, declaration_id=self.declaration.pk, **form.typed())
        except RuleViolation as violation:
            return self._refused(form, violation)
        messages.success(
            request,
            _("%(step)s: done. Next: %(stage)s.") % {"step": option.step.name, "stage": option.target.name},
        )
        return redirect(self.here)

    def _refused(self, form: StepForm, violation: RuleViolation) -> HttpResponse:
        form.refuse(violation)
        add_to_form(form, violation)
        seen = form.cleaned_data.get("revision")
        data = cast("QueryDict", form.data).copy()
        form.data = data
        self.reread()
        data["revision"] = str(self.declaration.revision)
        if violation.code == "wrong_stage":
            return self.show(problem=violation, lost=form.cleaned_data.get("comment", ""), status=violation.status)
        return self.show(step_form=form, changed=self._since(seen), status=violation.status)

    def _since(self, seen: int | None) -> list[tuple[str, str, str]]:
        """What changed in the application since the revision the person looked at."""
        rows = {one.number: one for one in self.found.revisions}
        newest = rows.get(self.declaration.revision)
        if newest is None or seen == self.declaration.revision:
            return []
        found = changes(rows.get(seen or 0), newest)
        return application.changes_in_words(self.found.flow, self.declaration, found)

    def _not_mine(self, verb: str) -> HttpResponse:
        """The step is not possible for this person here: the service says why, in the words of its refusal."""
        revision = self.request.POST.get("revision", "")
        try:
            service.decide(
                actor=self.request.user,
                declaration_id=self.declaration.pk,
                verb=verb,
                revision=int(revision) if revision.isdecimal() and len(revision) < 10 else None,
                comment=self.request.POST.get("comment", ""),
            )
        except RuleViolation as violation:
            self.reread()
            return self.show(problem=violation, lost=self.request.POST.get("comment", ""), status=violation.status)
        return redirect(self.here)


class CompareView(DeclarationMixin, View):
    """What changed between two revisions, ``?a=`` and ``?b=``; without them the newest two."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rows = self.found.revisions
        by_number = {str(one.number): one for one in rows}
        after = by_number.get(request.GET.get("b", ""), rows[0] if rows else None)
        before = by_number.get(request.GET.get("a", ""))
        if before is None and after is not None:
            before = next((one for one in rows if one.number < after.number), None)
        found = changes(before, after) if after else []
        context = {
            "declaration": self.declaration,
            "project": self.declaration.project,
            "flow": self.found.flow,
            "revisions": rows,
            "before": before,
            "after": after,
            "changes": application.changes_in_words(self.found.flow, self.declaration, found),
            "crumbs": [(self.declaration.project.name, self.here), (_("Revisions compared"), None)],
        }
        return render(request, "programs/declarations/compare.html", context)


def _is_reverse(flow: Any, decision: Any) -> bool:
    step = flow.transition(decision.from_stage, decision.verb)
    return bool(step and step.is_reverse)
