import { page } from "../../app/pages";

export const pages = [
  page("/secrets/database", "database.title", () => import("./Database"), { about: ["mount"] }),
  page("/secrets/database/connection", "database.connection", () => import("./ConnectionPage"), { about: ["mount", "name"] }),
  page("/secrets/database/connection/edit", "database.connection", () => import("./ConnectionEdit"), { about: ["mount", "name"] }),
  page("/secrets/database/role", "database.role", () => import("./RolePage"), { about: ["mount", "name"] }),
  page("/secrets/database/role/edit", "database.role", () => import("./RoleEdit"), { about: ["mount", "name"] }),
  page("/secrets/database/static", "database.static_role", () => import("./StaticPage"), { about: ["mount", "name"] }),
  page("/secrets/database/static/edit", "database.static_role", () => import("./StaticEdit"), { about: ["mount", "name"] }),
];
