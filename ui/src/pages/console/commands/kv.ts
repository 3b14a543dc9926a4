import type { Envelope, Fields, Json } from "../../../api/client";
import { ApiError } from "../../../api/errors";
import { isFields } from "../../../api/json";
import { t } from "../../../texts";
import { goneIn } from "../../kv/basis";
import type { Call, Command } from "../command";
import { Refused } from "../refused";
import { dataIn } from "../data";
import { COMMON, type FlagName } from "../flags";
import { placeOf, under, versionedPlace } from "../place";
import { answerText, documented, formatOf, heading, plain, rowsOf, section, valueText, warned } from "../render";
import { changed, listed } from "./paths";

const MANY = Number.POSITIVE_INFINITY;
const WITH_MOUNT: readonly FlagName[] = [...COMMON, "mount"];

/** An object of an answer; empty for anything else (pure). */
const objectOf = (value: Json | undefined): Fields => (isFields(value) ? value : {});

/** Of a version, without what it says of a deletion that hasn't been. */
const versionRows = (metadata: Fields) => rowsOf({ ...metadata, ...(metadata["deletion_time"] === "" && { deletion_time: "n/a" }) });

const pathHeading = (title: string, path: string) => `${heading(title, path.length)}\n${path}`;

async function get(call: Call): Promise<string> {
  const { flags, api } = call;
  const place = await placeOf(call);
  const path = under(place, "data");
  const answer = await api.ask("GET", path, { query: place.versioned && flags.number("version") > 0 ? { version: flags.text("version") } : {} }).catch(deleted);
  if (!answer) throw new Refused("console.nothing_at", { path });
  if (answer.wrap_info || formatOf(flags) !== "table" || (!place.versioned && flags.has("field"))) return flags.has("field") && place.versioned ? field(call, answer.data ?? {}) : answerText(flags, answer);
  if (flags.has("field")) return field(call, answer.data ?? {});
  const values = place.versioned ? objectOf(answer.data?.["data"]) : (answer.data ?? {});
  const metadata = place.versioned ? objectOf(answer.data?.["metadata"]) : {};
  const parts = [
    ...(place.versioned ? [pathHeading("Secret Path", path), section("Metadata", versionRows(metadata))] : []),
    ...(Object.keys(values).length ? [section("Data", rowsOf(values))] : []),
  ];
  return warned(answer, parts.join("\n\n"));
}

/** Of a version that was deleted the API says what it was, with an error. */
function deleted(thrown: unknown): Envelope<Fields> {
  if (thrown instanceof ApiError && goneIn(thrown) && isEnvelope(thrown.document)) return thrown.document;
  throw thrown;
}

const isEnvelope = (document: unknown): document is Envelope<Fields> => isFields(document) && isFields(document["data"]);

function field({ flags }: Call, data: Fields): string {
  const values = objectOf(data["data"]);
  const name = flags.text("field");
  const value = values[name] ?? (name === "data" ? values : undefined);
  if (value === undefined) throw new Refused("console.no_field", { field: name });
  return valueText(flags, value);
}

async function put(call: Call): Promise<string> {
  const { flags, api } = call;
  if (call.args.length < 2) throw new Refused("console.no_data");
  const data = dataIn(call.args.slice(1), call.input);
  const place = await placeOf(call);
  const path = under(place, "data");
  const options = flags.has("cas") ? { cas: flags.number("cas") } : {};
  const answer = await api.ask("POST", path, { data: place.versioned ? { data, options } : data });
  return written(call, path, answer);
}

async function patch(call: Call): Promise<string> {
  const { flags, api } = call;
  const removed: Fields = Object.fromEntries(flags.many("remove-data").map((name) => [name, null]));
  if (call.args.length < 2 && Object.keys(removed).length === 0) throw new Refused("console.no_data");
  const data = { ...dataIn(call.args.slice(1), call.input), ...removed };
  const path = under(await versionedPlace(call), "data");
  const answer = await api.ask("PATCH", path, { data: { data, options: flags.has("cas") ? { cas: flags.number("cas") } : {} } });
  return written(call, path, answer);
}

function written(call: Call, path: string, answer: Awaited<ReturnType<Call["api"]["ask"]>>): string {
  const isTable = formatOf(call.flags) === "table" && !call.flags.has("field") && answer?.data;
  if (!isTable) return changed(call, answer, t("console.written", { path }));
  return warned(answer, `${pathHeading("Secret Path", path)}\n\n${section("Metadata", versionRows(answer.data))}`);
}

async function rollback(call: Call): Promise<string> {
  const version = call.flags.number("version");
  if (!(version > 0)) throw new Refused("console.no_version");
  const path = under(await versionedPlace(call), "data");
  const now = objectOf((await call.api.look("GET", path))?.data?.["metadata"]);
  const old = objectOf((await call.api.look("GET", path, { query: { version: String(version) } }))?.data?.["data"]);
  const answer = await call.api.ask("POST", path, { data: { data: old, options: { cas: now["version"] ?? 0 } } });
  return written(call, path, answer);
}

async function remove(call: Call): Promise<string> {
  const versions = call.flags.many("versions");
  const place = await placeOf(call);
  const path = under(place, "data");
  const answer = versions.length && place.versioned ? await call.api.ask("POST", under(place, "delete"), { data: { versions } }) : await call.api.ask("DELETE", path);
  return changed(call, answer, t("console.deleted", { path }));
}

async function ofVersions(call: Call, part: "undelete" | "destroy"): Promise<string> {
  const versions = call.flags.many("versions");
  if (versions.length === 0) throw new Refused("console.no_versions");
  const path = under(await versionedPlace(call), part);
  return changed(call, await call.api.ask("POST", path, { data: { versions } }), t("console.written", { path }));
}

async function list(call: Call): Promise<string> {
  const path = under(await placeOf(call), "metadata");
  return listed(call, await call.api.ask("GET", path, { query: { list: "true" } }), path);
}

async function metadataGet(call: Call): Promise<string> {
  const path = under(await versionedPlace(call), "metadata");
  const answer = await call.api.ask("GET", path);
  if (!answer?.data) return changed(call, answer, t("console.nothing_at", { path }));
  const { versions, ...settings } = answer.data;
  const each = Object.entries(objectOf(versions)).sort(([a], [b]) => Number(a) - Number(b));
  const parts = () => [pathHeading("Metadata Path", path), section("Metadata", rowsOf(settings)), ...each.map(([number, info]) => section(`Version ${number}`, versionRows(objectOf(info))))].join("\n\n");
  return documented(call.flags, { ...answer } as Json, () => warned(answer, call.flags.has("field") ? plain(settings[call.flags.text("field")]) : parts()));
}

function settingsOf({ flags }: Call): Fields {
  const removed: Fields = Object.fromEntries(flags.many("remove-custom-metadata").map((name) => [name, null]));
  const custom = { ...flags.pairs("custom-metadata"), ...removed };
  return {
    ...(flags.has("cas-required") && { cas_required: flags.on("cas-required") }),
    ...(Object.keys(custom).length > 0 && { custom_metadata: custom }),
    ...(flags.has("delete-version-after") && { delete_version_after: flags.text("delete-version-after") }),
    ...(flags.has("max-versions") && { max_versions: flags.number("max-versions") }),
  };
}

async function metadataWrite(call: Call, method: "POST" | "PATCH"): Promise<string> {
  const path = under(await versionedPlace(call), "metadata");
  return changed(call, await call.api.ask(method, path, { data: settingsOf(call) }), t("console.written", { path }));
}

async function metadataDelete(call: Call): Promise<string> {
  const path = under(await versionedPlace(call), "metadata");
  return changed(call, await call.api.ask("DELETE", path), t("console.deleted", { path }));
}

const SETTINGS: readonly FlagName[] = [...WITH_MOUNT, "cas-required", "custom-metadata", "delete-version-after", "max-versions"];

/** Commands of key/value secrets. */
export const KV: Record<string, Command> = {
  "kv get": { usage: "kv get KEY", summary: "console.about_kv_get", flags: [...WITH_MOUNT, "version"], least: 1, most: 1, run: get },
  "kv put": { usage: "kv put KEY NAME=VALUE …", summary: "console.about_kv_put", flags: [...WITH_MOUNT, "cas"], least: 1, most: MANY, run: put },
  "kv patch": { usage: "kv patch KEY NAME=VALUE …", summary: "console.about_kv_patch", flags: [...WITH_MOUNT, "cas", "remove-data"], least: 1, most: MANY, run: patch },
  "kv rollback": { usage: "kv rollback -version=N KEY", summary: "console.about_kv_rollback", flags: [...WITH_MOUNT, "version"], least: 1, most: 1, run: rollback },
  "kv list": { usage: "kv list PATH", summary: "console.about_kv_list", flags: WITH_MOUNT, least: 0, most: 1, run: list },
  "kv delete": { usage: "kv delete KEY", summary: "console.about_kv_delete", flags: [...WITH_MOUNT, "versions"], least: 1, most: 1, ends: true, run: remove },
  "kv undelete": { usage: "kv undelete -versions=N KEY", summary: "console.about_kv_undelete", flags: [...WITH_MOUNT, "versions"], least: 1, most: 1, run: (call) => ofVersions(call, "undelete") },
  "kv destroy": { usage: "kv destroy -versions=N KEY", summary: "console.about_kv_destroy", flags: [...WITH_MOUNT, "versions"], least: 1, most: 1, ends: true, run: (call) => ofVersions(call, "destroy") },
  "kv metadata get": { usage: "kv metadata get KEY", summary: "console.about_kv_metadata_get", flags: WITH_MOUNT, least: 1, most: 1, run: metadataGet },
  "kv metadata put": { usage: "kv metadata put KEY", summary: "console.about_kv_metadata_put", flags: SETTINGS, least: 1, most: 1, run: (call) => metadataWrite(call, "POST") },
  "kv metadata patch": { usage: "kv metadata patch KEY", summary: "console.about_kv_metadata_patch", flags: [...SETTINGS, "remove-custom-metadata"], least: 1, most: 1, run: (call) => metadataWrite(call, "PATCH") },
  "kv metadata delete": { usage: "kv metadata delete KEY", summary: "console.about_kv_metadata_delete", flags: WITH_MOUNT, least: 1, most: 1, ends: true, run: metadataDelete },
};
