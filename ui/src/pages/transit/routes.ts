import { page } from "../../app/pages";

export const pages = [
  page("/secrets/transit", "transit.keys", () => import("./Keys")),
  page("/secrets/transit/create", "transit.create", () => import("./Create")),
  page("/secrets/transit/key", "transit.key", () => import("./Key")),
  page("/secrets/transit/restore", "transit.restore", () => import("./Restore")),
  page("/secrets/transit/import", "transit.import", () => import("./Import")),
  page("/secrets/transit/settings", "transit.settings", () => import("./Settings")),
  page("/secrets/transit/random", "transit.random", () => import("./Random")),
];
