import { data, type Fields, read, write } from "../../api/client";
import { ApiError } from "../../api/errors";
import { type Basis, basisOfError, basisOfRead, type VersionedRead } from "./basis";
import { isSame, patchOf } from "./merging";
import { dataPath, type Store } from "./store";

/** How a secret is written: as a new one, in the place of all of its fields, or in those that differ. */
export type How = "create" | "replace" | "patch";

/** What became of it: saved, or somebody was faster.  `theirs` is null if the user may not read it. */
export type Saved = { isOvertaken: false } | { isOvertaken: true; theirs: Basis | null };

/** A secret that no patch can make, for a field of it is null. */
export class UnpatchableError extends Error {}

/**
 * Writes a secret, unless somebody else has changed it since.
 *
 * @throws ApiError
 * @throws UnpatchableError
 */
export async function saveSecret(store: Store, path: string, how: How, basis: Basis, fields: Fields): Promise<Saved> {
  if (!store.versioned) return savePlain(store, path, basis, fields);
  const body = how === "patch" ? patchOf(basis.fields, fields) : fields;
  if (body === null) throw new UnpatchableError();
  const request = { data: body, ...(basis.version !== null && { options: { cas: basis.version } }) };
  try {
    await data(how === "patch" ? "PATCH" : "POST", dataPath(store, path), { data: request });
    return { isOvertaken: false };
  } catch (error) {
    if (error instanceof ApiError && isMismatch(error)) return { isOvertaken: true, theirs: await currentOf(store, path) };
    throw error;
  }
}

/** The store doesn't compare, so this does, a moment before it writes. */
async function savePlain(store: Store, path: string, basis: Basis, fields: Fields): Promise<Saved> {
  const theirs = basis.isRead ? await currentOf(store, path) : null;
  if (theirs && (theirs.exists !== basis.exists || !isSame(theirs.fields, basis.fields))) return { isOvertaken: true, theirs };
  await write(dataPath(store, path), fields);
  return { isOvertaken: false };
}

function isMismatch(error: ApiError): boolean {
  return error.errors.some((text) => text.includes("check-and-set parameter did not match"));
}

/** What is there now; null if the user may not read it. */
async function currentOf(store: Store, path: string): Promise<Basis | null> {
  try {
    return basisOfRead(store.versioned, await read<VersionedRead | Fields>(dataPath(store, path), { exact: true }));
  } catch (error) {
    const found = error instanceof ApiError ? basisOfError(store.versioned, error) : null;
    if (!found) throw error;
    return found.isRead ? found : null;
  }
}
