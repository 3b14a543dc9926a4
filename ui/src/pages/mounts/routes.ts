import { page } from "../../app/pages";

export const pages = [
  page("/mounts/enable", "mounts.enable_secret", () => import("./Enable")),
  page("/mounts/settings", "mounts.settings", () => import("./Settings"), { about: ["table", "path"] }),
];
