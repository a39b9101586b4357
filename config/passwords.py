"""Password rules beyond Django's own."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_CLASSES = (str.islower, str.isupper, str.isdigit)


class CharacterClassesValidator:
    """Require several of four classes: lower case, upper case, digits, everything else (specification 11.1)."""

    def __init__(self, required: int = 3) -> None:
        self.required = required

    def validate(self, password: str, user: object | None = None) -> None:
        """Raise ``ValidationError`` when the password mixes fewer classes than required."""
        classes = sum(any(test(char) for char in password) for test in _CLASSES)
        classes += any(not char.isalnum() for char in password)
        if classes < self.required:
            raise ValidationError(self.get_help_text(), code="password_too_uniform")

    def get_help_text(self) -> str:
        """Return the rule as shown beside the password field."""
        return _(
            "Use at least %(required)d of these four kinds of character: "
            "lower-case letters, upper-case letters, digits, other signs."
        ) % {"required": self.required}
