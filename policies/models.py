"""The government documents a plan is made of, clause by clause, with their known defects."""

import re

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

CHINESE = r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]"
BETWEEN_CHINESE = re.compile(f"(?<={CHINESE})[,;:](?={CHINESE})")
FULL_WIDTH = {",": "\uff0c", ";": "\uff1b", ":": "\uff1a"}


def in_language(obj: models.Model, field: str) -> str:
    """``obj.<field>_en`` when English is active and filled, else ``obj.<field>_zh``."""
    if (get_language() or "").startswith("en"):
        return getattr(obj, f"{field}_en") or getattr(obj, f"{field}_zh")
    return getattr(obj, f"{field}_zh")


def full_width(text: str) -> str:
    """A Chinese text for people: half-width commas, semicolons and colons between its characters become full-width.

    The data keep what their source writes; letters, figures and their own commas stay as they are.
    """
    return BETWEEN_CHINESE.sub(lambda found: FULL_WIDTH[found.group()], text)


class Document(models.Model):
    """One row is one published document, as far as its provenance lets us rely on it."""

    class Authority(models.TextChoices):
        OFFICIAL = "official", _("official")
        COPY = "copy", _("copy of an official text")
        SAMPLE = "sample", _("sample, not an authority")

    code = models.SlugField(max_length=60, unique=True)
    source_no = models.CharField(max_length=8, default="", blank=True)  # 000 … 004 in the specification
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, default="", blank=True)
    number = models.CharField(max_length=60, default="", blank=True)  # 平政〔2023〕6号
    issuer = models.CharField(max_length=120, default="", blank=True)
    jurisdiction_code = models.CharField(max_length=12)
    signed_on = models.DateField(null=True, blank=True)
    posted_on = models.DateField(null=True, blank=True)
    effective_on = models.DateField(null=True, blank=True)
    repealed_on = models.DateField(null=True, blank=True)
    authority = models.CharField(max_length=10, choices=Authority, default=Authority.OFFICIAL)
    provenance_zh = models.TextField(default="", blank=True)
    provenance_en = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.number or self.title_zh

    def get_absolute_url(self) -> str:
        return reverse("document", args=[self.code])

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def provenance(self) -> str:
        return in_language(self, "provenance")


class Clause(models.Model):
    """One row is one place in a document. The summary is ours; the clause itself is not copied."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="clauses")
    path = models.CharField(max_length=80)  # 和美·六(四)
    title_zh = models.CharField(max_length=120, default="", blank=True)
    title_en = models.CharField(max_length=200, default="", blank=True)
    summary_zh = models.TextField(default="", blank=True)
    summary_en = models.TextField(default="", blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["document", "position", "path"]
        constraints = [models.UniqueConstraint(fields=["document", "path"], name="clause_path_once")]

    def __str__(self) -> str:
        return self.path

    def get_absolute_url(self) -> str:
        return reverse("clause", args=[self.pk])

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def summary(self) -> str:
        return in_language(self, "summary")


class DocumentIssue(models.Model):
    """One row is a known defect of a document: a conflict, a gap, lost data. Shown beside the clause, never settled here."""

    code = models.CharField(max_length=12, unique=True)  # DI01
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="issues", null=True, blank=True)
    clauses = models.ManyToManyField(Clause, related_name="issues", blank=True)
    place = models.CharField(max_length=200, default="", blank=True)  # as the source words it
    kind = models.CharField(max_length=24)  # conflict, gap, data_loss, ambiguity …
    issue_zh = models.TextField()
    issue_en = models.TextField()
    handling_zh = models.TextField(default="", blank=True)
    handling_en = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("document-issues") + f"#{self.code}"

    @property
    def issue(self) -> str:
        return in_language(self, "issue")

    @property
    def handling(self) -> str:
        return in_language(self, "handling")
