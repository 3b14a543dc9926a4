import type { Fields, Json } from "../../api/client";
import { isFields, parseExact } from "../../api/json";
import { Refused } from "./refused";

/**
 * Data in words of a line (pure): `key=value`, `key=-` and `-` for what stands in the field for longer texts.
 *
 * A name that is given twice has a list.  Throws `Refused`; what was typed may be a secret, and isn't repeated.
 */
export function dataIn(words: readonly string[], input: string): Fields {
  const data = new Map<string, Json>(); // names may be those of any object's own parts
  const repeated = new Set<string>();
  let used = false;
  const fromInput = () => {
    if (used) throw new Refused("console.input_twice");
    used = true;
    return input;
  };
  for (const word of words) {
    for (const [name, value] of Object.entries(fieldsOf(word, fromInput))) {
      const before = data.get(name);
      if (before === undefined) data.set(name, value);
      else if (repeated.has(name) && Array.isArray(before)) before.push(value);
      else {
        repeated.add(name);
        data.set(name, [before, value]);
      }
    }
  }
  return Object.fromEntries(data);
}

/** The same as parameters of a read (pure).  Throws `Refused`. */
export function queryIn(words: readonly string[], input: string): Record<string, string> {
  return Object.fromEntries(Object.entries(dataIn(words, input)).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]));
}

function fieldsOf(word: string, fromInput: () => string): Fields {
  if (word === "-") return documentIn(fromInput());
  if (word.startsWith("@")) throw new Refused("console.no_files", { word: "@" });
  const at = word.indexOf("=");
  if (at < 1) throw new Refused("console.no_pair");
  const name = word.slice(0, at);
  const value = word.slice(at + 1);
  if (value.startsWith("@")) throw new Refused("console.no_files", { word: `${name}=@` });
  if (value === "-") return { [name]: fromInput() };
  return { [name]: value.startsWith("\\@") ? value.slice(1) : value };
}

function documentIn(text: string): Fields {
  let document: unknown;
  try {
    document = parseExact(text);
  } catch {
    throw new Refused("console.no_json");
  }
  if (!isFields(document)) throw new Refused("console.no_json");
  return document;
}

/** Whether a line wants the field for longer texts (pure). */
export function wantsInput(words: readonly string[]): boolean {
  return words.slice(1).some((word) => word === "-" || /^[^-][^=]*=-$/.test(word));
}
