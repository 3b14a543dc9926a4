import { page } from "../../app/pages";

export const pages = [
  page("/secrets/ssh", "ssh.title", () => import("./Ssh"), { about: ["mount"] }),
  page("/secrets/ssh/role", "ssh.role", () => import("./RolePage"), { about: ["mount", "name"] }),
  page("/secrets/ssh/role/edit", "ssh.role", () => import("./RoleEdit"), { about: ["mount", "name"] }),
  page("/secrets/ssh/issuer", "ssh.issuer", () => import("./IssuerCreate"), { about: ["mount"] }),
];
