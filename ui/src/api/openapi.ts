import { useQuery } from "@tanstack/react-query";
import { send } from "./client";
import { valueAt } from "./value_at";
import type { ApiError } from "./errors";
import { useSession } from "./hooks";

/** The parts of an OpenAPI 3 document that are used here. */
export interface Schema {
  type?: "string" | "boolean" | "integer" | "number" | "array" | "object";
  format?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  $ref?: string;
  /** An old name of another field. */
  deprecated?: boolean;
  "x-vault-displayAttrs"?: { sensitive?: boolean; name?: string; group?: string };
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  description?: string;
  required?: boolean;
  schema?: Schema;
}

export type Verb = "get" | "post" | "put" | "patch" | "delete";

export interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses?: Record<string, { description?: string }>;
}

export type PathItem = Partial<Record<Verb, Operation>> & {
  description?: string;
  parameters?: Parameter[];
  /** Whether making something new there needs the capability `create`; otherwise it is an update. */
  "x-vault-createSupported"?: boolean;
  /** Whether `sudo` is needed beside the capability. */
  "x-vault-sudo"?: boolean;
};

export interface Document {
  info: { title: string; version: string };
  paths: Record<string, PathItem>;
  components?: { schemas?: Record<string, Schema> };
}

/** The description of every path that the user's token may use, plugins' too. */
export function useDescription() {
  const { user, namespace } = useSession();
  return useQuery<Document, ApiError>({
    queryKey: ["openapi", user, namespace],
    queryFn: ({ signal }) => send<Document>("GET", "sys/internal/specs/openapi", { signal }),
    staleTime: 300_000,
  });
}

/** The schema itself where there is a reference to it; an empty one where that leads nowhere (pure). */
export function resolved(document: Document, schema: Schema | undefined): Schema {
  if (!schema?.$ref) return schema ?? {};
  const name = schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  return valueAt(document.components?.schemas, name) ?? {};
}

/** The body that an operation takes, as a schema (pure). */
export function bodyOf(document: Document, operation: Operation): Schema {
  return resolved(document, Object.values(operation.requestBody?.content ?? {})[0]?.schema);
}

/** What a query takes, as a schema of the same kind (pure).  Pages of listings aren't asked for one by one. */
export function queryOf(operation: Operation): Schema {
  const parameters = (operation.parameters ?? []).filter((each) => each.in === "query" && !["list", "after", "limit"].includes(each.name));
  return {
    properties: Object.fromEntries(parameters.map((each) => [each.name, { ...each.schema, description: each.description ?? "" }])),
    required: parameters.filter((each) => each.required).map(({ name }) => name),
  };
}

/** One path of a mount, with what is replaced in it. */
export interface Described {
  /** With the mount, without the slash at its beginning; `{name}` for what is replaced. */
  path: string;
  /** Below the mount. */
  below: string;
  item: PathItem;
  variables: string[];
}

/** The paths of a mount, in their order in the document (pure).  `mount` with its slash; `auth/…/` for an auth method. */
export function pathsOf(document: Document, mount: string): Described[] {
  const prefix = `/${mount}`;
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith(prefix))
    .map(([path, item]) => ({
      path: path.slice(1),
      below: path.slice(prefix.length),
      item,
      variables: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string),
    }));
}

/** A path with its variables replaced (pure). */
export function filled(path: string, values: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (whole, name: string) => valueAt(values, name) ?? whole);
}
