"""Words for the codes of the audit log."""

from django import template

from audit.verbs import label_of

register = template.Library()


@register.filter
def verb_label(verb: str) -> str:
    """``{{ entry.verb|verb_label }}``: what was done, in words; the code itself when it has none."""
    return label_of(verb)
