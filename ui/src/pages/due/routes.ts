import { page } from "../../app/pages";

export const pages = [page("/due", "due.title", () => import("./Due"), { group: "secrets" })];
