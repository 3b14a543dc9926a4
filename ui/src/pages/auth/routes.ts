import { page } from "../../app/pages";

export const pages = [
  page("/auth", "auth.title", () => import("./Methods"), { group: "access" }),
  page("/auth/engine", "auth.method", () => import("../engine/Overview")),
  page("/auth/engine/names", "engine.names", () => import("../engine/Names")),
  page("/auth/engine/path", "engine.path", () => import("../engine/Path")),
];
