import type { Fields } from "../../../api/client";
import { t } from "../../../texts";
import { clean, type Call, type Command } from "../command";
import { Refused } from "../refused";
import { COMMON, type FlagName } from "../flags";
import { answerText, documented, plain } from "../render";
import { changed } from "./paths";

const CREATE: readonly FlagName[] = [...COMMON, "display-name", "explicit-max-ttl", "id", "metadata", "no-default-policy", "orphan", "period", "policy", "renewable", "role", "ttl", "type", "use-limit"];

async function create(call: Call): Promise<string> {
  const { flags } = call;
  const text = (name: FlagName, field: string): Fields => (flags.has(name) ? { [field]: flags.text(name) } : {});
  const body: Fields = {
    ...text("id", "id"),
    ...text("ttl", "ttl"),
    ...text("explicit-max-ttl", "explicit_max_ttl"),
    ...text("period", "period"),
    ...text("display-name", "display_name"),
    ...text("type", "type"),
    ...(flags.has("policy") && { policies: flags.many("policy") }),
    ...(flags.has("metadata") && { meta: flags.pairs("metadata") }),
    ...(flags.on("orphan") && { no_parent: true }),
    ...(flags.on("no-default-policy") && { no_default_policy: true }),
    ...(flags.has("renewable") && { renewable: flags.on("renewable") }),
    ...(flags.has("use-limit") && { num_uses: flags.number("use-limit") }),
  };
  const role = flags.text("role");
  return changed(call, await call.api.ask("POST", `auth/token/create${role ? `/${role}` : ""}`, { data: body }), "");
}

async function lookup(call: Call): Promise<string> {
  const [token] = call.args;
  const accessor = call.flags.on("accessor");
  if (accessor && token === undefined) throw new Refused("console.no_accessor");
  const ask = call.api.ask;
  const answer = token === undefined ? await ask("GET", "auth/token/lookup-self") : accessor ? await ask("POST", "auth/token/lookup-accessor", { data: { accessor: token } }) : await ask("POST", "auth/token/lookup", { data: { token } });
  return changed(call, answer, "");
}

async function renew(call: Call): Promise<string> {
  const [token] = call.args;
  const increment: Fields = call.flags.has("increment") ? { increment: call.flags.text("increment") } : {};
  const path = token === undefined ? "renew-self" : call.flags.on("accessor") ? "renew-accessor" : "renew";
  const whose: Fields = token === undefined ? {} : call.flags.on("accessor") ? { accessor: token } : { token };
  return changed(call, await call.api.ask("POST", `auth/token/${path}`, { data: { ...whose, ...increment } }), "");
}

async function revoke(call: Call): Promise<string> {
  const [token = ""] = call.args;
  const { flags } = call;
  const self = flags.on("self");
  if (self !== (call.args.length === 0)) throw new Refused("console.self_or_token");
  const mode = flags.text("mode");
  if (mode !== "" && mode !== "orphan") throw new Refused("console.no_mode", { mode });
  if (self) await call.api.ask("POST", "auth/token/revoke-self", { data: {} });
  else if (flags.on("accessor")) await call.api.ask("POST", "auth/token/revoke-accessor", { data: { accessor: token } });
  else await call.api.ask("POST", mode === "orphan" ? "auth/token/revoke-orphan" : "auth/token/revoke", { data: { token } });
  return t("console.token_revoked");
}

async function capabilities(call: Call): Promise<string> {
  const path = call.args.at(-1) ?? "";
  const [token] = call.args;
  const own = call.args.length === 1;
  const answer = await call.api.ask("POST", own ? "sys/capabilities-self" : "sys/capabilities", { data: own ? { paths: [path] } : { paths: [path], token: token ?? "" } });
  if (answer?.wrap_info) return answerText(call.flags, answer);
  const found = answer?.data?.["capabilities"] ?? answer?.data?.[path];
  const names = Array.isArray(found) ? found.map(plain).sort() : [];
  return documented(call.flags, names, () => names.join(", "));
}

async function leaseLookup(call: Call): Promise<string> {
  return changed(call, await call.api.ask("POST", "sys/leases/lookup", { data: { lease_id: call.args[0] ?? "" } }), "");
}

async function leaseRenew(call: Call): Promise<string> {
  const increment: Fields = call.flags.has("increment") ? { increment: call.flags.text("increment") } : {};
  return changed(call, await call.api.ask("POST", "sys/leases/renew", { data: { lease_id: call.args[0] ?? "", ...increment } }), "");
}

async function leaseRevoke(call: Call): Promise<string> {
  const lease = clean(call.args[0] ?? "");
  const { flags } = call;
  const sync = flags.on("sync");
  if (flags.on("force") && !flags.on("prefix")) throw new Refused("console.force_prefix");
  if (flags.on("force")) await call.api.ask("POST", `sys/leases/revoke-force/${lease}`, { data: {} });
  else if (flags.on("prefix")) await call.api.ask("POST", `sys/leases/revoke-prefix/${lease}`, { data: { sync } });
  else await call.api.ask("POST", "sys/leases/revoke", { data: { lease_id: lease, sync } });
  return t(sync || flags.on("force") ? "console.lease_revoked" : "console.lease_queued", { lease });
}

/** Commands of tokens and leases. */
export const ACCESS: Record<string, Command> = {
  "token lookup": { usage: "token lookup [TOKEN | ACCESSOR]", summary: "console.about_token_lookup", flags: [...COMMON, "accessor"], least: 0, most: 1, run: lookup },
  "token create": { usage: "token create", summary: "console.about_token_create", flags: CREATE, least: 0, most: 0, run: create },
  "token renew": { usage: "token renew [TOKEN]", summary: "console.about_token_renew", flags: [...COMMON, "accessor", "increment"], least: 0, most: 1, run: renew },
  "token revoke": { usage: "token revoke [TOKEN | ACCESSOR]", summary: "console.about_token_revoke", flags: ["namespace", "accessor", "self", "mode"], least: 0, most: 1, ends: true, run: revoke },
  "token capabilities": { usage: "token capabilities [TOKEN] PATH", summary: "console.about_token_capabilities", flags: COMMON, least: 1, most: 2, run: capabilities },
  "lease lookup": { usage: "lease lookup ID", summary: "console.about_lease_lookup", flags: COMMON, least: 1, most: 1, run: leaseLookup },
  "lease renew": { usage: "lease renew ID", summary: "console.about_lease_renew", flags: [...COMMON, "increment"], least: 1, most: 1, run: leaseRenew },
  "lease revoke": { usage: "lease revoke ID", summary: "console.about_lease_revoke", flags: ["namespace", "prefix", "sync", "force"], least: 1, most: 1, ends: true, run: leaseRevoke },
};
