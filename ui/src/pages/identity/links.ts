import { link } from "../../app/location";

/** The page of an entity, by its id or else by its name. */
export const entityLink = (id: string, name = "") => link("/entities/entity", id ? { id } : { name });

/** The page of a group, by its id or else by its name. */
export const groupLink = (id: string, name = "") => link("/groups/group", id ? { id } : { name });

/** The entities and groups around one of them. */
export const graphLink = (kind: "entity" | "group", id: string) => link("/entities/graph", { kind, id });
