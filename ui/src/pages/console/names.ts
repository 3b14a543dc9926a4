import { coveredOf } from "../../api/capabilities";
import { list, read } from "../../api/client";
import { ApiError } from "../../api/errors";
import type { Document } from "../../api/openapi";
import { canList, described, folderIn, type Wanted } from "./complete";

interface Mount {
  type: string;
  options?: Record<string, string> | null;
}

interface Mounts {
  secret: Record<string, Mount>;
  auth: Record<string, Mount>;
}

/** Names that the last word of a line may become.  What can't be told isn't proposed. */
export async function namesFor(wanted: Wanted, document: () => Promise<Document>): Promise<string[]> {
  try {
    return [...wanted.known, ...(await asked(wanted, document))];
  } catch (error) {
    if (error instanceof ApiError) return wanted.known;
    throw error;
  }
}

async function asked({ kind, typed, mount }: Wanted, document: () => Promise<Document>): Promise<string[]> {
  switch (kind) {
    case "path":
      return pathsLike(typed, await document());
    case "secret":
      return secretsLike(typed, mount.replace(/\/?$/, mount ? "/" : ""));
    case "policy":
      return namesIn("sys/policies/acl");
    default:
      return [];
  }
}

/** Names in a folder, if the user may list it. */
async function namesIn(path: string): Promise<string[]> {
  const [may] = await coveredOf([`list ${path}`]);
  return may ? (await list(path)).keys : [];
}

async function pathsLike(typed: string, document: Document): Promise<string[]> {
  const folder = folderIn(typed);
  const { secret, auth } = await read<Mounts>("sys/internal/ui/mounts");
  if (folder === "") return [...Object.keys(secret), "auth/", ...described(document, "")];
  const mounts = folder === "auth/" ? Object.keys(auth).map((mount) => folder + mount) : [];
  // Values and metadata have the same names; those of metadata can be listed.
  const at = Object.entries(secret).find(([mount, { options }]) => options?.["version"] === "2" && folder.startsWith(`${mount}data/`))?.[0];
  const listed = at === undefined ? folder : `${at}metadata/${folder.slice(at.length + "data/".length)}`;
  const names = canList(document, listed) ? await namesIn(listed) : [];
  return [...mounts, ...described(document, folder), ...names.map((name) => folder + name)];
}

async function secretsLike(typed: string, named: string): Promise<string[]> {
  const { secret } = await read<Mounts>("sys/internal/ui/mounts");
  const stores = Object.entries(secret).filter(([, { type }]) => type === "kv" || type === "generic" || type === "cubbyhole");
  const found = stores.find(([mount]) => (named || typed).startsWith(mount));
  if (!found) return named ? [] : stores.map(([mount]) => mount);
  const [mount, { options }] = found;
  const folder = named ? folderIn(typed) : folderIn(typed).slice(mount.length);
  const names = await namesIn(options?.["version"] === "2" ? `${mount}metadata/${folder}` : `${mount}${folder}`);
  return names.map((name) => `${named ? "" : mount}${folder}${name}`);
}
