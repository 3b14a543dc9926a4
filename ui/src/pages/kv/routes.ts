import { page } from "../../app/pages";

export const pages = [
  page("/secrets/kv", "kv.folder", () => import("./Folder")),
  page("/secrets/kv/secret", "kv.secret", () => import("./Secret")),
  page("/secrets/kv/edit", "kv.edit", () => import("./Edit")),
];
