import { page } from "../../app/pages";

export const pages = [
  page("/explorer", "explorer.title", () => import("./Explorer"), { group: "tools" }),
  page("/explorer/operation", "explorer.operation", () => import("./Operation")),
];
