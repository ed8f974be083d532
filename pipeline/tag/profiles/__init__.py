"""What source code looks like in each language: tables, no logic.

Written from general knowledge of the languages and looked at only against a development half of real files (see
`pipeline.tag.code`). A mark that many languages share counts little: it is weighed by how few profiles list it. The
order of the tables breaks ties.
"""

from pipeline.tag.profiles import braces, other, scripting
from pipeline.tag.profiles.base import Profile

PROFILES: dict[str, Profile] = {**scripting.PROFILES, **braces.PROFILES, **other.PROFILES}

__all__ = ["PROFILES", "Profile"]
