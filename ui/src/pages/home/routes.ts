import { page } from "../../app/pages";

export const pages = [page("/", "home.title", () => import("./Home"), { group: "secrets" })];
