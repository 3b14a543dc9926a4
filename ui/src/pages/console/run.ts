import type { Envelope, Fields, Method } from "../../api/client";
import { ApiError } from "../../api/errors";
import { t } from "../../texts";
import type { Api, Command, Question } from "./command";
import { Refused } from "./refused";
import { ACCESS } from "./commands/access";
import { KV } from "./commands/kv";
import { PATHS } from "./commands/paths";
import { SERVER } from "./commands/server";
import { type Given, helpOf, parted } from "./flags";
import { split } from "./words";

/** Every command by its name. */
export const COMMANDS: Readonly<Record<string, Command>> = { ...PATHS, ...KV, ...ACCESS, ...SERVER };
/** The only ones that ask nothing of the server. */
export const HELP = "help";
export const CLEAR = "clear";

const PROGRAM = /^(strongroom|vault|bao)$/;

/** What a line comes to. */
export interface Result {
  text: string;
  isError: boolean;
}

/** A line that is understood. */
export interface Parsed {
  name: string;
  command: Command;
  flags: Given;
  args: string[];
}

/** The command that words begin with, by its longest name, and the rest of them (pure); null if there is none. */
export function commandIn(words: readonly string[]): { name: string; rest: string[] } | null {
  for (let length = 3; length > 0; length--) {
    const name = words.slice(0, length).join(" ");
    if (words.length >= length && Object.hasOwn(COMMANDS, name)) return { name, rest: words.slice(length) };
  }
  return null;
}

/** Words without the program's own name, and with options in front of a command put behind it (pure). */
export function ordered(words: readonly string[]): string[] {
  const [first = ""] = words;
  const rest = PROGRAM.test(first) ? words.slice(1) : [...words];
  const command = rest.findIndex((word) => !word.startsWith("-"));
  return command > 0 ? [...rest.slice(command), ...rest.slice(0, command)] : rest;
}

/** Understands a line (pure).  Throws `Refused`. */
export function parse(line: string): Parsed {
  const words = ordered(split(line));
  const found = commandIn(words);
  const command = found && COMMANDS[found.name];
  if (!command) throw new Refused("console.no_command", { command: words.filter((word) => !word.startsWith("-")).slice(0, 2).join(" ") });
  const { flags, args } = parted(found.rest, command.flags);
  if (args.length < command.least) throw new Refused("console.too_few", { usage: command.usage });
  if (args.length > command.most) throw new Refused("console.too_many", { usage: command.usage });
  return { name: found.name, command, flags, args };
}

/** Asks the server, in a namespace. */
export type Send = (method: Method, path: string, options: Question & { namespace?: string; wrapTtl?: string }) => Promise<Envelope<Fields> | undefined>;

/** Runs a line that was understood.  Never throws. */
export async function run({ command, flags, args }: Parsed, input: string, send: Send): Promise<Result> {
  const namespace = flags.has("namespace") ? { namespace: flags.text("namespace").replace(/^\/+|\/+$/g, "").replace(/^root$/, "") } : {};
  const wrapTtl = flags.has("wrap-ttl") ? { wrapTtl: flags.text("wrap-ttl") } : {};
  const api: Api = {
    ask: (method, path, question = {}) => send(method, path, { ...question, ...namespace, ...wrapTtl }),
    look: (method, path, question = {}) => send(method, path, { ...question, ...namespace }),
  };
  try {
    return { text: await command.run({ args, flags, input, api }), isError: false };
  } catch (thrown) {
    return { text: failed(thrown), isError: true };
  }
}

/** Why a line wasn't run or an answer is none, in lines as the command line has them (pure). */
export function failed(thrown: unknown): string {
  if (!(thrown instanceof ApiError)) return thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown.kind === "missing" && thrown.errors.length === 0) return t("console.nothing_at", { path: thrown.path });
  const [first, ...rest] = [t(`errors.${thrown.kind}`, { time: thrown.retryAfter }), "", `URL: ${thrown.method} /v1/${thrown.path}`];
  const said = thrown.errors.map((text) => `* ${text}`);
  return [first, ...rest, ...(thrown.status ? [t("console.code", { status: thrown.status })] : []), ...(said.length ? ["", ...said] : [])].join("\n");
}

/** What `help` prints: all commands, or one of them with its flags (pure). */
export function help(words: readonly string[]): string {
  if (words.length > 0) {
    const found = commandIn(words);
    const command = found && COMMANDS[found.name];
    if (command) return `${command.usage}\n\n${t(command.summary)}\n\n${command.flags.map((flag) => `  ${`-${flag}`.padEnd(26)}${t(helpOf(flag))}`).join("\n")}`;
  }
  const prefix = words.join(" ");
  const names = Object.keys(COMMANDS).filter((name) => name.startsWith(prefix));
  const shown = names.length > 0 ? names : Object.keys(COMMANDS);
  const lines = shown.map((name) => `  ${name.padEnd(20)}${t(COMMANDS[name]?.summary ?? "console.title")}`);
  return [t("console.help_head"), "", ...lines, `  ${HELP.padEnd(20)}${t("console.about_help")}`, `  ${CLEAR.padEnd(20)}${t("console.about_clear")}`].join("\n");
}
