"""Print the JSON schema of recipes: `python -m pipeline.recipe > recipes/recipe.schema.json`."""

import json

from pipeline.recipe.json_schema import schema

print(json.dumps(schema(), indent=2, ensure_ascii=False))
