import { page } from "../../app/pages";

export const pages = [
  page("/secrets/database", "database.title", () => import("./Database")),
  page("/secrets/database/connection", "database.connection", () => import("./ConnectionPage")),
  page("/secrets/database/connection/edit", "database.connection", () => import("./ConnectionEdit")),
  page("/secrets/database/role", "database.role", () => import("./RolePage")),
  page("/secrets/database/role/edit", "database.role", () => import("./RoleEdit")),
  page("/secrets/database/static", "database.static_role", () => import("./StaticPage")),
  page("/secrets/database/static/edit", "database.static_role", () => import("./StaticEdit")),
];
