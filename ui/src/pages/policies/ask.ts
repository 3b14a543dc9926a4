import { useQuery } from "@tanstack/react-query";
import { read, write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useSession } from "../../api/hooks";
import type { Explained } from "./Explanation";

/** Of whom it is asked. */
export const ABOUT = ["self", "entity_name", "policies", "accessor", "token"] as const;
export type About = (typeof ABOUT)[number];
export const OPERATIONS = ["read", "create", "update", "write", "patch", "delete", "list", "scan"] as const;

/** A request about which it is asked why. */
export interface Asked {
  path: string;
  operation: string;
  about: About;
  whose: string;
  /** Of the request, as the user typed them; null if they are no object. */
  parameters: Record<string, unknown> | null;
  wrapTtl: string;
}

/** The path that answers a question, and what is sent to it (pure). */
export function questionOf(asked: Asked): [string, Record<string, unknown>] {
  const { path, operation, about, whose, parameters, wrapTtl } = asked;
  const request = { path, operation, ...(parameters && Object.keys(parameters).length > 0 && { parameters }), ...(wrapTtl && { wrap_ttl: wrapTtl }) };
  if (about === "self") return ["sys/policies/explain-self", request];
  return ["sys/policies/explain", { ...request, [about]: about === "policies" ? whose.split(/[\s,]+/).filter(Boolean) : whose }];
}

/** A text of JSON as an object; an empty text as an empty one, and null for anything else (pure). */
export function objectOf(text: string): Record<string, unknown> | null {
  if (text.trim() === "") return {};
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? Object.fromEntries(Object.entries(found)) : null;
  } catch {
    return null;
  }
}

/** Why a request would be allowed or denied; asked once it is there. */
export function useExplained(asked: Asked | null) {
  const { token, namespace } = useSession();
  return useQuery<Explained, ApiError>({
    queryKey: ["explain", token, namespace, asked],
    queryFn: () => (asked ? write<Explained>(...questionOf(asked)) : Promise.reject(new Error("nothing is asked"))),
    enabled: asked !== null,
    gcTime: 0, // a token that was typed is kept no longer than it is looked at
  });
}

/** What `sys/policies/denials/ID` answers. */
export interface Denied {
  request_id: string;
  time: string;
  operation: string;
  path: string;
  accessor: string;
  display_name: string;
  entity_id: string;
  reasons: string[];
  now: Explained | null;
}

export function useDenied(id: string) {
  const { token, namespace } = useSession();
  return useQuery<Denied, ApiError>({
    queryKey: ["denied", token, namespace, id],
    queryFn: ({ signal }) => read<Denied>(`sys/policies/denials/${id}`, { signal }),
    enabled: id !== "",
  });
}
