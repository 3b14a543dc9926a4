import type { Self } from "../../app/UserMenu";

/** What `auth/token/lookup-self` says, as far as this page shows it. */
export interface Own extends Self {
  creation_ttl: number;
  issue_time: string;
  expire_time: string | null;
  num_uses: number;
  orphan: boolean;
  period?: number;
  namespace_path?: string;
  bound_cidrs?: string[];
}

/** Of a login by a name: where that name is known, and the name. */
export interface Account {
  /** With `auth/` in front, without a slash at its end. */
  mount: string;
  name: string;
  /** That of the token, which needn't be the one that pages work in: who mounts something there must not get the password. */
  namespace: string;
}

const LOGIN = /^(auth\/.+)\/login\/([^/]+)$/;

/** The account that a token comes from; null where it comes from no login by a name (pure). */
export function accountOf({ path, namespace_path = "" }: Pick<Own, "path" | "namespace_path">): Account | null {
  const [, mount, name] = LOGIN.exec(path) ?? [];
  return mount && name ? { mount, name, namespace: namespace_path.replace(/\/$/, "") } : null;
}

/** The paths in a text, one on each line, as the API has them (pure). */
export function pathsIn(text: string): string[] {
  const paths = text.split("\n").map((line) => line.trim().replace(/^\/+/, "").replace(/^v1\//, ""));
  return [...new Set(paths.filter(Boolean))];
}
