import { METHODS, TOKEN, WRAPPED } from "./methods";

/** A mount that its administrators show before login. */
export interface VisibleMount {
  /** Without the slash at its end. */
  path: string;
  type: string;
  description: string;
}

/** What a namespace says of its login form; empty where it says nothing. */
export interface LoginRule {
  default_auth_type?: string;
  backup_auth_types?: string[];
}

/** A way to log in that is offered: a type, at a mount if it is a certain one. */
export interface Way {
  id: string;
  type: string;
  mount: VisibleMount | null;
}

const ALWAYS = [TOKEN, WRAPPED];

/** The mounts in an answer of `sys/internal/ui/mounts` (pure). */
export function visibleIn(auth: Record<string, { type: string; description: string }> | undefined): VisibleMount[] {
  return Object.entries(auth ?? {}).map(([path, { type, description }]) => ({ path: path.replace(/\/$/, ""), type, description }));
}

/**
 * The ways that a form offers (pure): mounts that are shown and aren't where one would look for them, then types.
 *
 * Where the namespace names types, those are offered and no others; a token is always one.
 */
export function waysOf(visible: readonly VisibleMount[], rule: LoginRule): Way[] {
  const named = [rule.default_auth_type, ...(rule.backup_auth_types ?? [])].filter((type) => type !== undefined && type !== "");
  const known = METHODS.map(({ type }) => type);
  const types = named.length > 0 ? [...named.filter((type) => known.includes(type ?? "")), ...ALWAYS] : known;
  const offered = [...new Set(types)].filter((type) => type !== undefined);
  const mounts = visible.filter(({ path, type }) => path !== type && offered.includes(type) && !ALWAYS.includes(type));
  return [...mounts.map((mount) => ({ id: `${mount.type}:${mount.path}`, type: mount.type, mount })), ...offered.map((type) => ({ id: type, type, mount: null }))];
}

interface Wishes {
  /** What the address asks for: a type, or a mount's path. */
  asked: string;
  /** The last login of this tab. */
  before: { mount: string; type: string } | null;
  rule: LoginRule;
  visible: readonly VisibleMount[];
}

/** The way that is shown first (pure). */
export function firstOf(ways: readonly Way[], { asked, before, rule, visible }: Wishes): string {
  const wanted = asked.replace(/\/$/, "");
  const at = (type: string, path: string) => ways.find((way) => way.type === type && way.mount?.path === path)?.id ?? type;
  const named = visible.find(({ path }) => path === wanted);
  if (named && wanted) return at(named.type, named.path);
  if (METHODS.some(({ type }) => type === wanted)) return wanted;
  if (before) return at(before.type, before.mount);
  if (rule.default_auth_type) return rule.default_auth_type;
  const [shown] = visible.filter(({ type }) => METHODS.some((method) => method.type === type));
  return shown ? at(shown.type, shown.path) : TOKEN;
}
