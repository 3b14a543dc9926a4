import type { Fields, Json } from "../../../api/client";
import { t } from "../../../texts";
import type { Call, Command } from "../command";
import { Refused } from "../refused";
import { COMMON, type FlagName } from "../flags";
import { answerText, documented, pairs, plain, table, warned } from "../render";

const READ: readonly FlagName[] = ["field", "format", "namespace"];

const nameOf = ({ args }: Call) => (args[0] ?? "").trim().toLowerCase();

async function policyRead(call: Call): Promise<string> {
  const name = nameOf(call);
  const answer = await call.api.ask("GET", `sys/policies/acl/${name}`);
  const text = plain(answer?.data?.["policy"] ?? "");
  return documented(call.flags, { policy: text }, () => text.trim());
}

async function policyWrite(call: Call): Promise<string> {
  const name = nameOf(call);
  if (call.args[1] !== "-") throw new Refused("console.policy_input", { name });
  const answer = await call.api.ask("POST", `sys/policies/acl/${name}`, { data: { policy: call.input } });
  return warned(answer, t("console.policy_written", { name }));
}

async function policyList(call: Call): Promise<string> {
  const answer = await call.api.ask("GET", "sys/policies/acl", { query: { list: "true" } });
  if (answer?.wrap_info) return answerText(call.flags, answer);
  const keys = answer?.data?.["keys"];
  const names = Array.isArray(keys) ? keys.map(plain) : [];
  return documented(call.flags, names, () => names.join("\n"));
}

async function policyDelete(call: Call): Promise<string> {
  const name = nameOf(call);
  await call.api.ask("DELETE", `sys/policies/acl/${name}`);
  return t("console.policy_deleted", { name });
}

async function mounts(call: Call, path: "sys/mounts" | "sys/auth"): Promise<string> {
  const answer = await call.api.ask("GET", path);
  if (answer?.wrap_info) return answerText(call.flags, answer);
  const found = answer?.data ?? {};
  const rows = Object.keys(found)
    .sort()
    .flatMap((mount) => {
      const info = found[mount];
      if (typeof info !== "object" || info === null || Array.isArray(info)) return [];
      return [[mount, ...["type", "accessor", "description"].map((name) => plain(info[name] ?? ""))]];
    });
  return documented(call.flags, found, () => table(["Path", "Type", "Accessor", "Description"], rows));
}

const SEAL: readonly (readonly [string, string])[] = [
  ["Seal Type", "type"],
  ["Initialized", "initialized"],
  ["Sealed", "sealed"],
  ["Total Shares", "n"],
  ["Threshold", "t"],
  ["Version", "version"],
  ["Build Date", "build_date"],
  ["Storage Type", "storage_type"],
  ["Cluster Name", "cluster_name"],
  ["Cluster ID", "cluster_id"],
];

async function status(call: Call): Promise<string> {
  // Its answer has no envelope.
  const answer: unknown = await call.api.look("GET", "sys/seal-status");
  const found = (typeof answer === "object" && answer !== null ? { ...answer } : {}) as Fields;
  const rows = SEAL.filter(([, name]) => found[name] !== undefined).map(([title, name]): [string, string] => [title, plain(found[name])]);
  return documented(call.flags, found as Json, () => (call.flags.has("field") ? plain(found[call.flags.text("field")]) : pairs(rows)));
}

/** Commands of policies, mounts and the server's state. */
export const SERVER: Record<string, Command> = {
  "policy list": { usage: "policy list", summary: "console.about_policy_list", flags: COMMON, least: 0, most: 0, run: policyList },
  "policy read": { usage: "policy read NAME", summary: "console.about_policy_read", flags: READ, least: 1, most: 1, run: policyRead },
  "policy write": { usage: "policy write NAME -", summary: "console.about_policy_write", flags: ["namespace"], least: 2, most: 2, run: policyWrite },
  "policy delete": { usage: "policy delete NAME", summary: "console.about_policy_delete", flags: ["namespace"], least: 1, most: 1, ends: true, run: policyDelete },
  "secrets list": { usage: "secrets list", summary: "console.about_secrets_list", flags: COMMON, least: 0, most: 0, run: (call) => mounts(call, "sys/mounts") },
  "auth list": { usage: "auth list", summary: "console.about_auth_list", flags: COMMON, least: 0, most: 0, run: (call) => mounts(call, "sys/auth") },
  status: { usage: "status", summary: "console.about_status", flags: ["field", "format"], least: 0, most: 0, run: status },
};
