import { page } from "../../app/pages";

export const pages = [page("/me", "me.title", () => import("./Me"), { group: "tools" })];
