import { page } from "../../app/pages";

export const pages = [page("/tools", "tools.title", () => import("./Tools"), { group: "tools" })];
