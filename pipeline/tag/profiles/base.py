"""What a profile of a programming language is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """The marks of one language, white space between them where they are one string.

    `heads` are first words of lines ("def", "#include", "//"), `words` are identifiers anywhere (what is also common
    English belongs in `heads`), `literals` are substrings of the text after a line feed is put in front ("\\nfoo" is "a
    line begins with foo"), `never` are literals that speak against the language; without one of `needs` it cannot be.
    """

    heads: str = ""
    words: str = ""
    literals: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    needs: tuple[str, ...] = ("",)
