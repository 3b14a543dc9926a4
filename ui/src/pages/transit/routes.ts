import { page } from "../../app/pages";

export const pages = [
  page("/secrets/transit", "transit.keys", () => import("./Keys"), { about: ["mount"] }),
  page("/secrets/transit/create", "transit.create", () => import("./Create"), { about: ["mount"] }),
  page("/secrets/transit/key", "transit.key", () => import("./Key"), { about: ["mount", "name"] }),
  page("/secrets/transit/restore", "transit.restore", () => import("./Restore"), { about: ["mount"] }),
  page("/secrets/transit/import", "transit.import", () => import("./Import"), { about: ["mount"] }),
  page("/secrets/transit/settings", "transit.settings", () => import("./Settings"), { about: ["mount"] }),
  page("/secrets/transit/random", "transit.random", () => import("./Random"), { about: ["mount"] }),
];
