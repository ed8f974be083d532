"""Errors that are answers to a user: each names what is wrong and the next action, and is shown without a traceback.

WinnowError            exit code 1
├── RecipeError        exit code 2   (pipeline.recipe)
├── InputError         exit code 1   (pipeline.sources)
├── OutputBusy         exit code 1   another run holds OUT
├── OutputMismatch     exit code 1   OUT belongs to another recipe, or was damaged
├── TaskFailed         exit code 1   a task failed for good
└── GuardTripped       exit code 3   a limit of the recipe stopped the run
"""


class WinnowError(Exception):
    """A failure with a message that names the next action."""

    exit_code = 1


class OutputBusy(WinnowError):
    """Another run is writing to this OUT."""


class OutputMismatch(WinnowError):
    """OUT does not hold what it should: another recipe's output, or files that do not match their manifest."""


class TaskFailed(WinnowError):
    """A task failed on every attempt; the message names it and where its log lies."""


class GuardTripped(WinnowError):
    """A limit that the recipe sets stopped the run before it was finished; finished work is kept."""

    exit_code = 3
