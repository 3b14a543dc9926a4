import type { Schema } from "../api/openapi";

/** Titles with the fields below them. */
export type Groups = readonly (readonly [title: string, fields: readonly string[]])[];

/** A schema whose fields are shown in groups, for bodies with many of them (pure).  What no group has stays outside. */
export function grouped(schema: Schema, groups: Groups): Schema {
  const titles = new Map(groups.flatMap(([title, fields]) => fields.map((name) => [name, title])));
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const title = titles.get(name);
    return [name, title ? { ...property, "x-vault-displayAttrs": { ...property["x-vault-displayAttrs"], group: title } } : property];
  });
  // Groups come in the order of their first fields.
  const place = new Map(groups.flatMap(([, fields]) => fields).map((name, at) => [name, at]));
  properties.sort(([a], [b]) => (place.get(String(a)) ?? -1) - (place.get(String(b)) ?? -1));
  return { ...schema, properties: Object.fromEntries(properties) };
}
