/** A path of the API, encoded for a URL; slashes stay, everything else of a name survives. */
export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** Whether a browser would ask for another path than this: it takes `.` and `..` out of an address before it sends it. */
export function isRelative(path: string): boolean {
  return path.split("/").some((part) => part === "." || part === "..");
}

/** Joins parts with one slash between them.  A slash at the end of the last part stays, for it denotes a folder. */
export function join(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== "")
    .map((part, index) => (index === 0 ? part : part.replace(/^\/+/, "")))
    .map((part, index, all) => (index === all.length - 1 ? part : part.replace(/\/+$/, "")))
    .join("/");
}

/** The folder that a path is in, with its slash at the end; empty at the top. */
export function parentOf(path: string): string {
  const bare = path.endsWith("/") ? path.slice(0, -1) : path;
  return bare.slice(0, bare.lastIndexOf("/") + 1);
}

/** The last part of a path, with its slash if it is a folder. */
export function nameOf(path: string): string {
  return path.slice(parentOf(path).length);
}

/** Each folder on the way to a path, from the top, without the path itself. */
export function foldersOf(path: string): string[] {
  const found: string[] = [];
  for (let at = parentOf(path); at !== ""; at = parentOf(at)) found.unshift(at);
  return found;
}

/** Why the server would refuse a name as it stands, as a key of the texts; null if it's fine. */
export function faultOf(path: string): "empty" | "segments" | "dots" | "space" | null {
  if (path === "" || path.endsWith("/")) return "empty";
  const parts = path.split("/");
  if (parts.some((part) => part === "")) return "segments";
  if (isRelative(path)) return "dots";
  return path !== path.trim() ? "space" : null;
}
