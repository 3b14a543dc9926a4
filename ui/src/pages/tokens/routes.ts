import { page } from "../../app/pages";

export const pages = [
  page("/tokens", "tokens.title", () => import("./Tokens"), { group: "operations", needs: ["list auth/token/accessors/", "update auth/token/lookup-accessor", "update auth/token/create"] }),
  page("/tokens/token", "tokens.token", () => import("./Token"), { about: ["accessor"] }),
  page("/tokens/create", "tokens.create", () => import("./Create")),
  page("/tokens/roles", "tokens.roles", () => import("./Roles")),
  page("/tokens/role", "tokens.role", () => import("./Role"), { about: ["name"] }),
  page("/break-glass", "withdrawals.title", () => import("./withdrawals/List"), { group: "operations", needs: ["list sys/revoke-issued/", "update sys/revoke-issued"] }),
  page("/break-glass/new", "withdrawals.new", () => import("./withdrawals/New")),
  page("/break-glass/report", "withdrawals.report", () => import("./withdrawals/Report"), { about: ["id"] }),
];
