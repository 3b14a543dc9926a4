import { page } from "../../app/pages";

export const pages = [
  page("/secrets/ssh", "ssh.title", () => import("./Ssh")),
  page("/secrets/ssh/role", "ssh.role", () => import("./RolePage")),
  page("/secrets/ssh/role/edit", "ssh.role", () => import("./RoleEdit")),
  page("/secrets/ssh/issuer", "ssh.issuer", () => import("./IssuerCreate")),
];
