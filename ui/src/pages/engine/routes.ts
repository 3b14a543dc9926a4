import { page } from "../../app/pages";

export const pages = [
  page("/secrets/engine", "engine.title", () => import("./Overview"), { about: ["mount"] }),
  page("/secrets/engine/names", "engine.names", () => import("./Names"), { about: ["mount"] }),
  page("/secrets/engine/path", "engine.path", () => import("./Path"), { about: ["mount"] }),
];
