import { page } from "../../app/pages";

export const pages = [page("/secrets", "secrets.title", () => import("./Mounts"), { group: "secrets" })];
