import { encodePath } from "../../api/paths";
import { pathWord, quoted } from "../console/words";
import { dataPath, type Store } from "./store";

/** How a program or a person without this page gets a secret: the command, the request, and the rule that allows it. */
export interface Uses {
  command: string;
  request: string;
  /** null for a path that a rule would read as a pattern. */
  rule: string | null;
}

/** The uses of a secret (pure). */
export function usesOf(store: Store, path: string, namespace: string): Uses {
  const place = dataPath(store, path);
  const within = namespace ? ` -namespace=${quoted(namespace)}` : "";
  const command = store.type === "cubbyhole" ? `strongroom read${within} ${pathWord(place)}` : `strongroom kv get${within} -mount=${quoted(store.mount.replace(/\/$/, ""))} ${pathWord(path)}`;
  const isPattern = place.endsWith("*") || place.includes("{{") || place.split("/").includes("+");
  return { command, request: `GET /v1/${encodePath(place)}`, rule: isPattern ? null : `path ${JSON.stringify(place)} { capabilities = ["read"] }` };
}
