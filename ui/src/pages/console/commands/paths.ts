import type { Envelope, Fields } from "../../../api/client";
import { t } from "../../../texts";
import { clean, type Call, type Command } from "../command";
import { Refused } from "../refused";
import { dataIn, queryIn } from "../data";
import { COMMON } from "../flags";
import { answerText, documented, plain, table, warned } from "../render";

const MANY = Number.POSITIVE_INFINITY;

/** Whether an answer has more to say than warnings (pure). */
export function hasContent(answer: Envelope<Fields> | undefined): answer is Envelope<Fields> {
  return answer !== undefined && (answer.data !== null || answer.auth !== null || answer.wrap_info !== null);
}

/** The answer to a change, or that it was done. */
export function changed({ flags }: Call, answer: Envelope<Fields> | undefined, done: string): string {
  return hasContent(answer) ? answerText(flags, answer) : warned(answer, done);
}

/** Names of a listing, as the line wants them. */
export function listed({ flags }: Call, answer: Envelope<Fields> | undefined, path: string): string {
  if (answer?.wrap_info) return answerText(flags, answer);
  const keys = answer?.data?.["keys"];
  if (!Array.isArray(keys)) throw new Refused("console.nothing_at", { path });
  return documented(flags, keys, () => table(["Keys"], keys.map((key) => [plain(key)])));
}

async function read(call: Call): Promise<string> {
  const [path = "", ...words] = call.args;
  const answer = await call.api.ask("GET", clean(path), { query: queryIn(words, call.input) });
  if (!answer) throw new Refused("console.nothing_at", { path });
  return answerText(call.flags, answer);
}

async function write(call: Call, method: "POST" | "PATCH"): Promise<string> {
  const [first = "", ...words] = call.args;
  const path = clean(first);
  if (words.length === 0 && !call.flags.on("force")) throw new Refused("console.no_data");
  const answer = await call.api.ask(method, path, { data: dataIn(words, call.input) });
  return changed(call, answer, t("console.written", { path }));
}

async function remove(call: Call): Promise<string> {
  const [first = "", ...words] = call.args;
  const path = clean(first);
  const answer = await call.api.ask("DELETE", path, { query: queryIn(words, call.input) });
  return changed(call, answer, t("console.deleted", { path }));
}

async function list(call: Call): Promise<string> {
  const path = clean(call.args[0] ?? "");
  return listed(call, await call.api.ask("GET", path, { query: { list: "true" } }), path);
}

async function unwrap(call: Call): Promise<string> {
  const [token] = call.args;
  const answer = await call.api.look("POST", "sys/wrapping/unwrap", { data: token === undefined ? {} : { token } });
  return changed(call, answer, t("tools.inside_nothing"));
}

async function pathHelp(call: Call): Promise<string> {
  const path = clean(call.args[0] ?? "");
  const answer = await call.api.look("GET", path, { query: { help: "1" } });
  const help: unknown = Object.entries(answer ?? {}).find(([name]) => name === "help")?.[1] ?? answer?.data?.["help"];
  if (typeof help !== "string") throw new Refused("console.nothing_at", { path });
  return help.trim();
}

/** Commands on any path of the API. */
export const PATHS: Record<string, Command> = {
  read: { usage: "read PATH [KEY=VALUE …]", summary: "console.about_read", flags: COMMON, least: 1, most: MANY, run: read },
  write: { usage: "write PATH [KEY=VALUE …]", summary: "console.about_write", flags: [...COMMON, "force"], least: 1, most: MANY, run: (call) => write(call, "POST") },
  patch: { usage: "patch PATH [KEY=VALUE …]", summary: "console.about_patch", flags: [...COMMON, "force"], least: 1, most: MANY, run: (call) => write(call, "PATCH") },
  list: { usage: "list PATH", summary: "console.about_list", flags: COMMON, least: 1, most: 1, run: list },
  delete: { usage: "delete PATH", summary: "console.about_delete", flags: COMMON, least: 1, most: MANY, ends: true, run: remove },
  unwrap: { usage: "unwrap [TOKEN]", summary: "console.about_unwrap", flags: ["field", "format", "namespace"], least: 1, most: 1, run: unwrap },
  "path-help": { usage: "path-help PATH", summary: "console.about_path_help", flags: ["namespace"], least: 1, most: 1, run: pathHelp },
};
