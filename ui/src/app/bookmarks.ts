import { valueAt } from "../api/value_at";
import { link } from "./location";

const PAGES: Record<string, string> = { secrets: "/secrets", "secrets-engines": "/secrets", access: "/auth", policies: "/policies", tools: "/tools", "api-explorer": "/explorer" };

/**
 * The page that an address of Vault's interface stands for, below `/ui` (pure): those are in people's bookmarks and in what teams have written.
 *
 * @param path below `/ui`, encoded.
 * @returns null for an address that isn't one.
 */
export function ofVault(path: string, search: string): string | null {
  const [top, area = "", ...rest] = path.split("/").filter(Boolean).map(decoded);
  if (top !== "vault") return null;
  const shown = new URLSearchParams(search);
  const namespace = shown.get("namespace") ?? "";
  const [asked = "", query = ""] = (shown.get("redirect_to") ?? "").split("?", 2);
  if (area === "auth" && asked) return ofVault(asked, query) ?? "/";
  if (area === "auth") return link("/", Object.fromEntries(shown));
  if (area === "policy" && rest[1]) return link("/policies/edit", { name: rest[1], namespace });
  const found = area === "secrets" || area === "secrets-engines" ? secretAt(rest, shown.get("version") ?? "") : null;
  return found ? link(found.page, { ...found.shows, namespace }) : link(valueAt(PAGES, area) ?? "/", { namespace });
}

/** A secret or a folder of a store: `MOUNT/show/PATH`, `MOUNT/list/PATH`, and since Vault 1.15 `MOUNT/kv/PATH/details` and `MOUNT/kv/list/PATH`. */
function secretAt([mount = "", ...rest]: string[], version: string): { page: string; shows: Record<string, string> } | null {
  const isNew = rest[0] === "kv";
  const [what = "", ...named] = isNew ? rest.slice(1) : rest;
  if (what === "list") return { page: "/secrets/kv", shows: { mount: `${mount}/`, path: named.length ? named.join("/").replace(/\/?$/, "/") : "" } };
  const path = isNew ? what : what === "show" || what === "edit" ? named.join("/") : "";
  return path ? { page: "/secrets/kv/secret", shows: { mount: `${mount}/`, path, version } } : null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
