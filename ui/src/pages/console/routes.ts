import { page } from "../../app/pages";

export const pages = [page("/console", "console.title", () => import("./Console"), { group: "tools" })];
