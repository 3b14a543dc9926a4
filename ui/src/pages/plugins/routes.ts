import { page } from "../../app/pages";

export const pages = [
  page("/plugins", "plugins.title", () => import("./Plugins"), { group: "operations", needs: ["read sys/plugins/catalog"] }),
  page("/plugins/one", "plugins.one", () => import("./One"), { about: ["type", "name"] }),
];
