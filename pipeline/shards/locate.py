"""Where a given tokenizer lies: a file, or a name on the Hugging Face hub that the local cache holds."""

from pathlib import Path

from pipeline.errors import WinnowError


def locate_tokenizer(path: str | None, huggingface: str | None) -> Path:
    """The tokenizer.json of a recipe's `tokenizer.path` or `tokenizer.huggingface`. A run downloads nothing."""
    if path is not None:
        if not Path(path).is_file():
            raise WinnowError(f"tokenizer.path: no such file: {path}")
        return Path(path)
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(str(huggingface), "tokenizer.json")
    if not isinstance(found, str):
        raise WinnowError(
            f"tokenizer.huggingface: {huggingface} is not in the local Hugging Face cache. Download its tokenizer.json "
            f"(`hf download {huggingface} tokenizer.json`), or set tokenizer.path to one"
        )
    return Path(found)
