import { type Capability, useMay } from "./capabilities";
import { useReach } from "./reach";

/** Whether the user may do something for some name below a prefix, if not for all of them. */
export function useMayBelow(capability: Capability, prefix: string): boolean {
  const names = useReach(capability, prefix);
  const mayAny = useMay(`${capability} ${prefix}new`);
  return mayAny === true || names.length > 0;
}

/** The names below prefixes that rules name in full, in their order: what somebody may use who may not list it (pure). */
export function namedIn(...found: readonly (readonly string[])[]): string[] {
  return [...new Set(found.flat().filter((name) => name !== "" && !name.endsWith("*") && !name.includes("/")))].sort();
}
