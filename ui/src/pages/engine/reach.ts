import type { Capability } from "../../api/capabilities";

/** What `sys/internal/ui/resultant-acl` says: all rules of a token, but for those with a `+`. */
export interface Rules {
  root: boolean;
  exact_paths?: Record<string, { capabilities: readonly string[] }>;
  glob_paths?: Record<string, { capabilities: readonly string[] }>;
}

const grants = (capabilities: readonly string[], wanted: readonly Capability[]) => !capabilities.includes("deny") && wanted.some((each) => capabilities.includes(each));

function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, "").split("/");
}

const fits = (part: string, given: string) => part.startsWith("{") || part === given;

/** Whether a rule for one path is about a path with variables (pure). */
function isOne(template: readonly string[], exact: string): boolean {
  const given = segmentsOf(exact);
  return given.length === template.length && template.every((part, index) => fits(part, given[index] ?? ""));
}

/** Whether some paths with variables begin as a rule does (pure). */
function canBegin(template: readonly string[], literal: string): boolean {
  const given = literal.split("/");
  return given.length <= template.length && given.every((each, index) => (index < given.length - 1 ? fits(template[index] ?? "", each) : template[index]?.startsWith("{") || template[index]?.startsWith(each)));
}

/**
 * Whether rules allow something at some path that a template stands for (pure).
 *
 * @param template from the root namespace on; `{name}` for what is replaced.
 * @param wanted of which one suffices.
 */
export function isTouched(template: string, wanted: readonly Capability[], rules: Rules): boolean {
  if (rules.root) return true;
  const parts = segmentsOf(template);
  const exact = Object.entries(rules.exact_paths ?? {}).some(([path, { capabilities }]) => grants(capabilities, wanted) && isOne(parts, path));
  // A rule for all names in a folder lets list the folder.
  const listed = (literal: string, capabilities: readonly string[]) => wanted.includes("list") && capabilities.includes("list") && literal.endsWith("/") && isOne(parts, literal);
  return exact || Object.entries(rules.glob_paths ?? {}).some(([literal, { capabilities }]) => grants(capabilities, wanted) && (canBegin(parts, literal) || listed(literal, capabilities)));
}

/** The names that rules for single paths have in the place of a template's last variable (pure): what somebody may use who may not list. */
export function namesIn(template: string, wanted: readonly Capability[], rules: Rules): string[] {
  const parts = segmentsOf(template);
  const at = parts.findLastIndex((part) => part.startsWith("{"));
  const found = Object.entries(rules.exact_paths ?? {}).filter(([path, { capabilities }]) => grants(capabilities, wanted) && isOne(parts, path));
  return [...new Set(found.map(([path]) => segmentsOf(path)[at] ?? ""))].filter(Boolean).sort();
}
