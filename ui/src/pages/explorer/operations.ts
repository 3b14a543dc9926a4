import { valueAt } from "../../api/value_at";
import type { Fields, Method } from "../../api/client";
import type { Document, Operation, Schema, Verb } from "../../api/openapi";
import { bodyOf } from "../../api/openapi";
import { isListing } from "../engine/shape";

/** One thing that the API can do, as its description has it. */
export interface Described {
  verb: Verb;
  /** Without the slash at its beginning; `{name}` for what is replaced. */
  path: string;
  summary: string;
  tag: string;
  isList: boolean;
  variables: string[];
  needsSudo: boolean;
  /** Whether it needs no token. */
  isOpen: boolean;
  operation: Operation;
  /** Of the body; empty where there is none, or where anything is taken. */
  body: Schema;
  /** Of the query, without what makes a read a listing. */
  query: Schema;
}

const VERBS: readonly Verb[] = ["get", "post", "put", "patch", "delete"];

/** All operations of a description, in its order (pure). */
export function operationsIn(document: Document): Described[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    VERBS.flatMap((verb) => {
      const operation = item[verb];
      return operation ? [described(document, path, verb, operation, { ...item })] : [];
    }),
  );
}

function described(document: Document, path: string, verb: Verb, operation: Operation, item: Record<string, unknown>): Described {
  const query = (operation.parameters ?? []).filter((each) => each.in === "query" && each.name !== "list");
  return {
    verb,
    path: path.slice(1),
    summary: operation.summary ?? "",
    tag: operation.tags?.[0] ?? "",
    isList: verb === "get" && isListing(operation),
    variables: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""),
    needsSudo: item["x-vault-sudo"] === true,
    isOpen: item["x-vault-unauthenticated"] === true,
    operation,
    body: bodyOf(document, operation),
    query: {
      type: "object",
      properties: Object.fromEntries(query.map(({ name, schema, description }) => [name, { ...schema, ...(description !== undefined && { description }) }])),
      required: query.filter(({ required }) => required).map(({ name }) => name),
    },
  };
}

/** The operations in which all words of a text occur (pure). */
export function found(operations: readonly Described[], text: string, tag: string): Described[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return operations.filter((each) => {
    const about = `${each.verb} ${each.isList ? "list" : ""} ${each.path} ${each.summary} ${each.operation.operationId ?? ""}`.toLowerCase();
    return (tag === "" || each.tag === tag) && words.every((word) => about.includes(word));
  });
}

/** A request that is to be made. */
export interface Request {
  method: Method;
  path: string;
  query: Record<string, string>;
  /** null for none. */
  body: Fields | null;
  isList: boolean;
}

/** The request of an operation with what was typed (pure).  Variables without a value stay in braces. */
export function requestOf({ verb, path, isList }: Described, variables: Record<string, string>, fields: Fields): Request {
  const method = { get: "GET", post: "POST", put: "PUT", patch: "PATCH", delete: "DELETE" } as const;
  const hasBody = verb !== "get" && verb !== "delete";
  const query = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]));
  return {
    method: method[verb],
    path: path.replace(/\{(\w+)\}/g, (whole, name: string) => valueAt(variables, name) || whole),
    query: hasBody ? {} : { ...(isList && { list: "true" }), ...query },
    body: hasBody ? fields : null,
    isList,
  };
}

/** The capability that a request needs, of those that may do (pure). */
export function capabilitiesOf({ method, isList }: Request): readonly ("list" | "read" | "update" | "create" | "patch" | "delete")[] {
  switch (method) {
    case "GET":
      return isList ? ["list"] : ["read"];
    case "PATCH":
      return ["patch"];
    case "DELETE":
      return ["delete"];
    default:
      return ["update", "create"];
  }
}
