import { page } from "../../app/pages";

export const pages = [page("/auth", "auth.title", () => import("./Methods"), { group: "access" })];
