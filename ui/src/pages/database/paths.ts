import type { Fields } from "../../api/client";
import { mountLink } from "../engine/mount";

/** Pages of the database engine. */
export const databaseLink = (mount: string, tab = "") => mountLink("/secrets/database", mount, { tab });
export const connectionLink = (mount: string, name: string) => mountLink("/secrets/database/connection", mount, { name });
export const connectionEdit = (mount: string, name = "") => mountLink("/secrets/database/connection/edit", mount, { name });
export const roleLink = (mount: string, name: string) => mountLink("/secrets/database/role", mount, { name });
export const roleEdit = (mount: string, name = "", connection = "") => mountLink("/secrets/database/role/edit", mount, { name, connection });
export const staticLink = (mount: string, name: string) => mountLink("/secrets/database/static", mount, { name });
export const staticEdit = (mount: string, name = "", connection = "") => mountLink("/secrets/database/static/edit", mount, { name, connection });

/** A connection as `config/` tells of it. */
export interface Connection extends Fields {
  plugin_name: string;
  connection_details: Fields;
  allowed_roles: string[];
}

/** A role as `roles/` tells of it. */
export interface DatabaseRole extends Fields {
  db_name: string;
}

/** A static role, and how its rotation is going. */
export interface StaticRole extends Fields {
  db_name: string;
}
