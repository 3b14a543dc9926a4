import type { Document } from "../../api/openapi";

const CAPABILITIES = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo", "deny", "recover", "subscribe"];
const KEYWORDS = [
  "capabilities",
  "allowed_parameters",
  "denied_parameters",
  "required_parameters",
  "min_wrapping_ttl",
  "max_wrapping_ttl",
  "pagination_limit",
  "expiration",
  "list_scan_response_keys_filter_path",
  "mfa_methods",
  "control_group",
  "subscribe_event_types",
  "comment",
];

/** What may follow in a policy's line (pure): paths of the API behind `path "`, capabilities in their list, else settings. */
export function proposals(document: Document | undefined, before: string): string[] {
  const path = /(?:^|[\s}])path\s+"([^"]*)$/.exec(before);
  if (path) return pathsLike(document, path[1] ?? "");
  if (/capabilities\s*=\s*\[[^\]]*"\w*$/.test(before)) return CAPABILITIES;
  if (/^\s*$/.test(before) || /^\s*\w+$/.test(before)) return /^\s/.test(before) ? KEYWORDS : ["path", ...KEYWORDS];
  return [];
}

const MOST = 50;

function pathsLike(document: Document | undefined, typed: string): string[] {
  const found = new Set<string>();
  for (const path of Object.keys(document?.paths ?? {})) {
    // What is the rest of a path, such as a secret's, may hold slashes; a `+` would cover one part of it.
    const rule = path.slice(1).replace(/\{path\}$/, "*").replace(/\{\w+\}/g, "+");
    if (rule.startsWith(typed)) found.add(rule);
    if (found.size === MOST) break;
  }
  return [...found];
}
