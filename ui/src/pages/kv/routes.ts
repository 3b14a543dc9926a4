import { page } from "../../app/pages";

export const pages = [
  page("/secrets/kv", "kv.folder", () => import("./Folder"), { about: ["mount"] }),
  page("/secrets/kv/secret", "kv.secret", () => import("./Secret"), { about: ["mount", "path"] }),
  page("/secrets/kv/edit", "kv.edit", () => import("./Edit"), { about: ["mount", "path"] }),
  page("/secrets/kv/settings", "kv.settings", () => import("./Settings"), { about: ["mount"] }),
  page("/secrets/kv/search", "kv.search_entry", () => import("./Search"), { group: "secrets", needs: ["update sys/search"] }),
  page("/unwrap", "kv.received_title", () => import("./Received"), { open: true }),
];
