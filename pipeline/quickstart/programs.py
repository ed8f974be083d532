"""Small programs for documentation and answer pages: one shape a language, names and numbers drawn."""

from pipeline.quickstart.dice import Dice

_NOUNS = ("order", "sensor", "ticket", "parcel", "reading", "invoice", "packet", "member", "route", "sample", "lease")
_FIELDS = ("weight", "price", "height", "priority", "amount", "delay", "length", "score", "distance", "volume")
_VERBS = ("filter", "collect", "merge", "rank", "group", "count", "select", "update", "scale", "check")

PROGRAMS: dict[str, str] = {
    "python": '''def @verb_@nouns(@nouns, limit=@n):
    """Return the @nouns whose @field is at least the limit."""
    kept = []
    for @noun in @nouns:
        if @noun["@field"] >= limit:
            kept.append(@noun)
    return sorted(kept, key=lambda @noun: @noun["@field"])


if __name__ == "__main__":
    @nouns = [{"name": "first", "@field": @n}, {"name": "second", "@field": @m}]
    for @noun in @verb_@nouns(@nouns):
        print(@noun["name"], @noun["@field"])
''',
    "javascript": """function @verb@Nouns(@nouns, limit = @n) {
  const kept = @nouns.filter((@noun) => @noun.@field >= limit);
  kept.sort((a, b) => a.@field - b.@field);
  return kept;
}

const total = @verb@Nouns([{ @field: @n }, { @field: @m }])
  .map((@noun) => @noun.@field)
  .reduce((sum, value) => sum + value, 0);
console.log(`total @field: ${total}`);
""",
    "c": """#include <stdio.h>

struct @noun {
    int id;
    double @field;
};

static int @verb_@nouns(const struct @noun *items, int count, double limit)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (items[i].@field >= limit)
            kept++;
    }
    return kept;
}

int main(void)
{
    struct @noun items[] = {{1, @n.0}, {2, @m.5}};
    printf("%d @nouns\\n", @verb_@nouns(items, 2, @n.0));
    return 0;
}
""",
    "rust": """#[derive(Debug, Clone)]
struct @Noun {
    id: u32,
    @field: f64,
}

fn @verb_@nouns(items: &[@Noun], limit: f64) -> Vec<@Noun> {
    items.iter().filter(|item| item.@field >= limit).cloned().collect()
}

fn main() {
    let items = vec![@Noun { id: 1, @field: @n.0 }, @Noun { id: 2, @field: @m.5 }];
    for item in @verb_@nouns(&items, @n.0) {
        println!("{:?}", item);
    }
}
""",
    "go": """package main

import "fmt"

type @Noun struct {
	ID    int
	@Field float64
}

func @verb@Nouns(items []@Noun, limit float64) []@Noun {
	var kept []@Noun
	for _, item := range items {
		if item.@Field >= limit {
			kept = append(kept, item)
		}
	}
	return kept
}

func main() {
	items := []@Noun{{1, @n}, {2, @m.5}}
	fmt.Println(len(@verb@Nouns(items, @n)))
}
""",
    "sql": """CREATE TABLE @nouns (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    @field  REAL DEFAULT @n
);

SELECT name, COUNT(*) AS total, AVG(@field) AS mean_@field
FROM @nouns
WHERE @field >= @n AND @field < @m00
GROUP BY name
HAVING COUNT(*) > @m
ORDER BY mean_@field DESC
LIMIT 10;
""",
    "bash": """#!/bin/sh
# @verb all @nouns above a limit
limit=${1:-@n}
for file in data/@noun-*.txt; do
    value=$(head -n 1 "$file")
    if [ "$value" -ge "$limit" ]; then
        echo "$file: @field $value"
        cp "$file" kept/
    fi
done
wc -l kept/*.txt | tail -n @m
""",
    "java": """import java.util.List;
import java.util.stream.Collectors;

public class @NounTool {
    record @Noun(int id, double @field) {}

    static List<@Noun> @verb@Nouns(List<@Noun> items, double limit) {
        return items.stream()
                .filter(item -> item.@field() >= limit)
                .collect(Collectors.toList());
    }

    public static void main(String[] args) {
        var items = List.of(new @Noun(1, @n.0), new @Noun(2, @m.5));
        System.out.println(@verb@Nouns(items, @n.0).size());
    }
}
""",
}


def program(dice: Dice, language: str) -> str:
    """A program of a few lines in `language` (a key of PROGRAMS)."""
    noun, field, verb = dice.pick(_NOUNS), dice.pick(_FIELDS), dice.pick(_VERBS)
    names = {
        "@Nouns": noun.capitalize() + "s",
        "@nouns": noun + "s",
        "@Noun": noun.capitalize(),
        "@noun": noun,
        "@Field": field.capitalize(),
        "@field": field,
        "@verb": verb,
        "@n": str(dice.between(2, 40)),
        "@m": str(dice.between(2, 9)),
    }
    text = PROGRAMS[language]
    for name, value in names.items():
        text = text.replace(name, value)
    return text.rstrip("\n")
