import { valueAt } from "../../api/value_at";
import type { TextKey } from "../../texts";
import { Refused } from "./refused";

type Kind = "text" | "number" | "bool" | "many" | "pairs";

const KINDS = {
  field: "text",
  format: "text",
  namespace: "text",
  "wrap-ttl": "text",
  force: "bool",
  mount: "text",
  version: "number",
  versions: "many",
  cas: "number",
  "remove-data": "many",
  "cas-required": "bool",
  "custom-metadata": "pairs",
  "remove-custom-metadata": "many",
  "delete-version-after": "text",
  "max-versions": "number",
  increment: "text",
  prefix: "bool",
  sync: "bool",
  accessor: "bool",
  self: "bool",
  mode: "text",
  "display-name": "text",
  "explicit-max-ttl": "text",
  id: "text",
  metadata: "pairs",
  "no-default-policy": "bool",
  orphan: "bool",
  period: "text",
  policy: "many",
  renewable: "bool",
  role: "text",
  ttl: "text",
  type: "text",
  "use-limit": "number",
} as const satisfies Record<string, Kind>;

/** The name of a flag. */
export type FlagName = keyof typeof KINDS;

const ALIASES: Record<string, FlagName> = { f: "force", ns: "namespace", i: "increment" };
/** Flags of the command line that say how a server is reached: this page has its own. */
const CONNECTION = /^(address|ca-cert|ca-path|client-cert|client-key|tls-server-name|tls-skip-verify|agent-address|token|output-curl-string|output-policy|no-color|mfa|header|non-interactive|log-level)$/;

/** What every command takes. */
export const COMMON: readonly FlagName[] = ["field", "format", "namespace", "wrap-ttl"];

/** What a flag is good for. */
export const helpOf = (name: FlagName): TextKey => `console.flag_${name.replaceAll("-", "_") as Underscored<FlagName>}`;
type Underscored<S extends string> = S extends `${infer A}-${infer B}` ? `${A}_${Underscored<B>}` : S;

/** Flags with their values. */
export class Given {
  constructor(private readonly values: ReadonlyMap<FlagName, readonly string[]>) {}

  has(name: FlagName): boolean {
    return this.values.has(name);
  }

  text(name: FlagName): string {
    return this.values.get(name)?.at(-1) ?? "";
  }

  on(name: FlagName): boolean {
    return this.text(name) === "true";
  }

  many(name: FlagName): string[] {
    return (this.values.get(name) ?? []).flatMap((each) => each.split(",")).map((each) => each.trim()).filter(Boolean);
  }

  number(name: FlagName): number {
    return Number(this.text(name));
  }

  pairs(name: FlagName): Record<string, string> {
    return Object.fromEntries((this.values.get(name) ?? []).map((each) => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)]));
  }
}

function isFlag(name: string): name is FlagName {
  return Object.hasOwn(KINDS, name);
}

function nameOf(word: string, allowed: readonly FlagName[]): FlagName {
  const name = valueAt(ALIASES, word) ?? word;
  if (isFlag(name) && allowed.includes(name)) return name;
  if (CONNECTION.test(word)) throw new Refused("console.flag_of_terminal", { flag: word });
  throw new Refused("console.flag_unknown", { flag: word });
}

function check(name: FlagName, value: string): void {
  const kind = KINDS[name];
  if (kind === "bool" && !/^(true|false)$/.test(value)) throw new Refused("console.flag_bool", { flag: name });
  if (kind === "number" && !/^-?\d+$/.test(value)) throw new Refused("console.flag_number", { flag: name });
  if (kind === "pairs" && value.indexOf("=") < 1) throw new Refused("console.flag_pair", { flag: name });
}

/**
 * Parts flags from arguments (pure).  `-name=value`, `-name value`, one hyphen or two; behind `--` all are arguments.
 *
 * Throws `Refused`.
 */
export function parted(words: readonly string[], allowed: readonly FlagName[]): { flags: Given; args: string[] } {
  const values = new Map<FlagName, string[]>();
  const args: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") return { flags: new Given(values), args: [...args, ...words.slice(at + 1)] };
    const found = /^--?([a-z][\w-]*)(?:=([\s\S]*))?$/i.exec(word);
    if (!found) {
      args.push(word);
      continue;
    }
    const name = nameOf(found[1] ?? "", allowed);
    let value = found[2];
    if (value === undefined && KINDS[name] === "bool") value = "true";
    if (value === undefined) value = words[++at];
    if (value === undefined) throw new Refused("console.flag_value", { flag: name });
    check(name, value);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return { flags: new Given(values), args };
}

/** Names of the flags that a word may become (pure). */
export function flagsLike(typed: string, allowed: readonly FlagName[]): string[] {
  const name = typed.replace(/^--?/, "");
  return allowed.filter((each) => each.startsWith(name)).map((each) => `-${each}${KINDS[each] === "bool" ? "" : "="}`);
}
