import { page } from "../../app/pages";

export const pages = [
  page("/leases", "leases.title", () => import("./Leases"), { group: "operations", needs: ["list sys/leases/lookup/", "update sys/leases/lookup"] }),
  page("/leases/search", "leases.search", () => import("./Search")),
  page("/leases/lease", "leases.lease", () => import("./Lease"), { about: ["id"] }),
  page("/leases/revoke", "leases.revoke_below", () => import("./RevokeBelow"), { about: ["prefix"] }),
];
