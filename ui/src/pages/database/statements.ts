import type { Fields, Json } from "../../api/client";
import type { Schema } from "../../api/openapi";

const isStatements = (name: string) => name.endsWith("_statements");

/** A body whose statements are typed as one text: the server parts them where a line would be the wrong place (pure). */
export function asOneText(schema: Schema): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]): [string, Schema] => [name, isStatements(name) ? { type: "string", ...(property.description && { description: property.description }) } : property]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** What a role says, with its statements as they are typed: one as it is, several as JSON, which the server takes as the same list (pure). */
export function statementsAsText(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).map(([name, value]): [string, Json] => [name, isStatements(name) && Array.isArray(value) ? textOfList(value) : value]));
}

function textOfList(list: readonly Json[]): string {
  const [only] = list;
  if (only === undefined) return "";
  return list.length === 1 && typeof only === "string" && !only.startsWith("[") ? only : JSON.stringify(list, null, 1);
}
