import type { Document } from "../../api/openapi";
import { isListing } from "../engine/shape";
import { flagsLike } from "./flags";
import { COMMANDS, commandIn, HELP, ordered } from "./run";
import { quoted, type Word, wordsIn } from "./words";

/** What the last word of a line may become. */
export interface Wanted {
  /** Where the word begins. */
  start: number;
  typed: string;
  kind: "command" | "flag" | "path" | "secret" | "policy" | "nothing";
  /** What is known without asking the server. */
  known: string[];
  /** Of `kv`, the mount that `-mount` names; empty for none. */
  mount: string;
}

/** What follows a command, by the name that it begins with. */
const BEHIND: readonly (readonly [RegExp, "path" | "secret" | "policy"])[] = [
  [/^(read|write|patch|list|delete|path-help|token capabilities)$/, "path"],
  [/^kv /, "secret"],
  [/^policy (read|write|delete)$/, "policy"],
];

/** What may follow at the end of a line (pure). */
export function wantedIn(line: string): Wanted {
  const words = wordsIn(line);
  const isNew = line === "" || (/\s$/.test(line) && !words.at(-1)?.open);
  const last: Word = (isNew ? undefined : words.at(-1)) ?? { text: "", start: line.length, open: "" };
  const texts = words.map(({ text }) => text);
  const before = ordered(isNew ? texts : texts.slice(0, -1));
  const typed = last.text;
  const at = { start: last.start, typed, mount: "" };
  const found = commandIn(before);
  if (!found) return { ...at, kind: "command", known: commandsLike(before, typed) };
  if (typed.startsWith("-")) return { ...at, kind: "flag", known: flagsLike(typed, COMMANDS[found.name]?.flags ?? []) };
  const kind = BEHIND.find(([pattern]) => pattern.test(found.name))?.[1] ?? "nothing";
  const isFirst = found.rest.every((word) => word.startsWith("-"));
  const mount = /^--?mount=(.*)$/.exec(found.rest.find((word) => /^--?mount=/.test(word)) ?? "")?.[1] ?? "";
  return { ...at, kind: isFirst ? kind : "nothing", known: [], mount };
}

/** The next words of commands that begin so, a space behind each. */
function commandsLike(before: readonly string[], typed: string): string[] {
  const isHelp = before[0] === HELP;
  const first = isHelp ? before.slice(1) : before;
  const prefix = first.length ? `${first.join(" ")} ` : "";
  const names = [...Object.keys(COMMANDS), ...(prefix || isHelp ? [] : [HELP])].filter((name) => name.startsWith(prefix + typed));
  return [...new Set(names.map((name) => `${name.slice(prefix.length).split(" ")[0] ?? ""} `))].sort();
}

/** The folder of a path that is being typed, with its slash (pure). */
export function folderIn(typed: string): string {
  return typed.slice(0, typed.lastIndexOf("/") + 1);
}

const partsOf = (path: string) => path.replace(/^\/|\/$/g, "").split("/");
const isVariable = (part: string) => part.startsWith("{");

/** The next parts of the API's paths below a folder, from its description (pure). */
export function described(document: Document | undefined, folder: string): string[] {
  const wanted = folder === "" ? [] : partsOf(folder);
  const found = Object.keys(document?.paths ?? {}).flatMap((path) => {
    const parts = partsOf(path);
    const next = parts[wanted.length];
    if (next === undefined || isVariable(next) || !wanted.every((part, at) => parts[at] === part || isVariable(parts[at] ?? ""))) return [];
    return [`${folder}${next}${parts.length > wanted.length + 1 ? "/" : ""}`];
  });
  return [...new Set(found)];
}

/** Whether the description says that names can be listed at a path (pure). */
export function canList(document: Document | undefined, folder: string): boolean {
  const wanted = partsOf(folder);
  return Object.entries(document?.paths ?? {}).some(([path, item]) => {
    if (!isListing(item.get)) return false;
    const parts = partsOf(path);
    const last = parts.at(-1) ?? "";
    // The last variable of a store's paths stands for any number of folders.
    const fits = parts.length === wanted.length || (isVariable(last) && wanted.length > parts.length);
    return fits && parts.every((part, at) => part === wanted[at] || isVariable(part));
  });
}

/** What completes a line: how far all proposals agree, and the proposals (pure). */
export function completed(line: string, wanted: Wanted, names: readonly string[]): { line: string; proposals: string[] } {
  const { typed } = wanted;
  const proposals = [...new Set(names.filter((name) => name.startsWith(typed)))].sort();
  const [first] = proposals;
  if (first === undefined) return { line, proposals };
  const shared = proposals.reduce((common, name) => {
    let length = 0;
    while (length < common.length && common[length] === name[length]) length++;
    return common.slice(0, length);
  }, first);
  return { line: shared.length > typed.length ? taken(line, wanted, shared) : line, proposals };
}

/** The line with a proposal in the place of its last word (pure). */
export function taken(line: string, { start, kind }: Pick<Wanted, "start" | "kind">, proposal: string): string {
  // A command's name ends in a space; of all else a space belongs to the name.
  return line.slice(0, start) + (kind === "command" ? proposal : quoted(proposal));
}
