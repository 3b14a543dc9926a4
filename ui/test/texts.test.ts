import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import texts from "../src/texts/en.json" with { type: "json" };

type Texts = { [name: string]: string | Texts };

function keysOf(found: Texts, above = ""): string[] {
  return Object.entries(found).flatMap(([name, text]) => (typeof text === "string" ? [above + name] : keysOf(text, `${above}${name}.`)));
}

test("each text is shown somewhere", () => {
  const sources = globSync("src/**/*.{ts,tsx}").map((file) => readFileSync(file, "utf8")).join("\n");
  const literal = new Set([...sources.matchAll(/["'`]([a-z_]+\.[\w.]+)["'`]/g)].map(([, key]) => key));
  const made = [...sources.matchAll(/`([a-z_]+\.[\w.]*(?:\$\{[^}]*\}[\w.]*)+)`/g)].map(([, key = ""]) => {
    const parts = key.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(".", "\\."));
    return new RegExp(`^${parts.join("[\\w.-]+")}$`);
  });
  const unused = keysOf(texts).filter((key) => !literal.has(key) && !made.some((each) => each.test(key)));
  expect(unused).toEqual([]);
});
