import { page } from "../../app/pages";

export const pages = [
  page("/auth", "auth.title", () => import("./Methods"), { group: "access" }),
  page("/auth/engine", "auth.method", () => import("../engine/Overview"), { about: ["mount"] }),
  page("/auth/engine/names", "engine.names", () => import("../engine/Names"), { about: ["mount"] }),
  page("/auth/engine/path", "engine.path", () => import("../engine/Path"), { about: ["mount"] }),
];
