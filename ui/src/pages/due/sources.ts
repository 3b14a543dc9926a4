import { serverNow } from "../../api/clock";
import type { Need } from "../../api/capabilities";
import { type Fields, list, read } from "../../api/client";
import { link } from "../../app/location";
import { moment } from "../../components/time";
import { secretLink } from "../kv/store";
import type { Mount } from "../secrets/Mounts";

/** Something that has to be renewed. */
export interface Due {
  kind: "secret" | "certificate" | "rotation";
  at: Date;
  mount: string;
  name: string;
  owner: string;
  /** Why it is due, as the server says; empty where the kind says it. */
  reason: "expires_at" | "rotate_after" | "";
  /** The page that shows it. */
  to: string;
}

/** Where something may be due, and how it is asked for. */
export interface Source {
  mount: string;
  needs: readonly Need[];
  /** What is due there until a time, in any order. */
  find: (until: Date, signal: AbortSignal) => Promise<Due[]>;
}

/** How much one source tells at the most. */
export const MOST = 1000;
/** How many accounts of a mount are looked at, with one request each. */
const MOST_ACCOUNTS = 100;
const AT_ONCE = 10;

/** The sources that a mount has: of secrets, certificates or rotations (pure). */
export function sourcesOf(path: string, mount: Mount): Source[] {
  switch (mount.type) {
    case "kv":
      return mount.options?.["version"] === "2" ? [secretsOf(path)] : [];
    case "pki":
      return [certificatesOf(path)];
    case "database":
      return [rotationsOf(path, "static-roles", (name) => link("/secrets/database/static", { mount: path, name }))];
    case "aws":
      return [rotationsOf(path, "static-roles", (name) => entryLink(path, "static-roles/{name}", name))];
    case "ldap":
      return [rotationsOf(path, "static-role", (name) => entryLink(path, "static-role/{name}", name))];
    default:
      return [];
  }
}

interface DueSecret {
  path: string;
  due_time: string;
  reason: "expires_at" | "rotate_after";
  owner: string;
}

function secretsOf(mount: string): Source {
  const place = `${mount}due`;
  return {
    mount,
    needs: [`read ${place}`],
    find: async (until, signal) => {
      const within = Math.max(1, Math.ceil((until.getTime() - serverNow().getTime()) / 1000));
      const { secrets } = await read<{ secrets: DueSecret[] }>(place, { query: { within, limit: MOST }, signal });
      return secrets.flatMap(({ path, due_time, reason, owner }) => {
        const at = moment(due_time);
        return at ? [{ kind: "secret", at, mount, name: path, owner, reason, to: secretLink({ mount }, path) } satisfies Due] : [];
      });
    },
  };
}

interface Certificate {
  common_name: string;
  not_after: string;
  role: string;
}

function certificatesOf(mount: string): Source {
  const place = `${mount}certs/detailed`;
  return {
    mount,
    needs: [`list ${place}`],
    find: async (until, signal) => {
      const { key_info } = await list<Certificate>(place, { query: { valid: true, expires_before: until.toISOString(), limit: MOST }, signal });
      return Object.entries(key_info).flatMap(([serial, { common_name, not_after, role }]) => {
        const at = moment(not_after);
        return at ? [{ kind: "certificate", at, mount, name: common_name || serial, owner: role, reason: "", to: link("/secrets/pki/certificate", { mount, serial }) } satisfies Due] : [];
      });
    },
  };
}

/** The page of an entry of an engine whose pages are made from the API's description. */
const entryLink = (mount: string, path: string, name: string) => link("/secrets/engine/path", { mount, path, "v.name": name });

function rotationsOf(mount: string, folder: string, to: (name: string) => string): Source {
  const place = `${mount}${folder}`;
  return {
    mount,
    needs: [`list ${place}`, `read ${place}/name`],
    find: async (until, signal) => {
      const { keys } = await list(place, { query: { limit: MOST_ACCOUNTS }, signal });
      const names = keys.filter((name) => !name.endsWith("/"));
      const found: Due[] = [];
      for (let at = 0; at < names.length; at += AT_ONCE) {
        const part = await Promise.all(names.slice(at, at + AT_ONCE).map(async (name) => ({ name, next: nextOf(await read(`${place}/${name}`, { signal })) })));
        for (const { name, next } of part) if (next && next <= until) found.push({ kind: "rotation", at: next, mount, name, owner: "", reason: "", to: to(name) });
      }
      return found;
    },
  };
}

/** When an account's password is rotated next; null if nobody does it by time. */
function nextOf(account: Fields): Date | null {
  const next = account["next_vault_rotation"];
  return moment(typeof next === "string" ? next : null);
}
