import type { Document } from "../../api/openapi";

const CAPABILITIES = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo", "deny", "recover", "subscribe"];
const KEYWORDS = ["capabilities", "allowed_parameters", "denied_parameters", "required_parameters", "min_wrapping_ttl", "max_wrapping_ttl", "mfa_methods", "control_group"];

/** What may follow in a policy's line (pure): paths of the API behind `path "`, capabilities in their list, else settings. */
export function proposals(document: Document | undefined, before: string): string[] {
  const path = /^\s*path\s+"([^"]*)$/.exec(before);
  if (path) return pathsLike(document, path[1] ?? "");
  if (/capabilities\s*=\s*\[[^\]]*"[\w]*$/.test(before)) return CAPABILITIES;
  return /^\s*\w+$/.test(before) ? KEYWORDS : [];
}

const MOST = 50;

function pathsLike(document: Document | undefined, typed: string): string[] {
  const wanted = Object.keys(document?.paths ?? {}).map((path) => path.slice(1).replace(/\{\w+\}/g, "+"));
  return [...new Set(wanted.filter((path) => path.startsWith(typed)))].slice(0, MOST);
}
