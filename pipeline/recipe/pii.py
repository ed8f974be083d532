"""What a recipe says about personal data."""

from typing import Literal

from pydantic import model_validator

from pipeline.recipe.values import Distinct, Part, refuse

Action = Literal["mask", "measure"]


class Pii(Part):
    """Find personal data in the documents that stay, by rules, and replace or count it.

    What was found is listed by kind and place in pii/*.parquet, without its text. Masked are the published texts, and
    so the tokens; not addresses and metadata of pages, nor the evidence in samples/, dedup/ and contamination/, which
    shows texts as the stages saw them.
    """

    email: Action | None = None
    """E-mail addresses; mask writes email@example.com."""
    ip: Action | None = None
    """Public IP addresses, versions 4 and 6; mask writes 192.0.2.1 or 2001:db8::1, which are kept for examples."""
    phone: Action | None = None
    """Phone numbers: international, North American, or behind a label; mask writes +1-202-555-0100."""
    keys: Action | None = None
    """Access keys and tokens with a prefix of their maker, private keys and signed tokens; mask writes <KEY>."""
    sources: Distinct = ()
    """The sources whose documents are looked at; all where none is named."""

    @model_validator(mode="after")
    def _some(self) -> "Pii":
        if not self.actions:
            raise refuse("nothing to look for: for example {email: mask, ip: mask, phone: mask, keys: mask}")
        return self

    @property
    def actions(self) -> dict[str, Action]:
        """Kind of data -> what happens to it."""
        given = {"email": self.email, "ip": self.ip, "phone": self.phone, "keys": self.keys}
        return {kind: action for kind, action in given.items() if action is not None}

    def of(self, source: str) -> dict[str, Action]:
        """The actions on the documents of one source."""
        return self.actions if not self.sources or source in self.sources else {}
