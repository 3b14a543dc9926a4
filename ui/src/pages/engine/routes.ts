import { page } from "../../app/pages";

export const pages = [
  page("/secrets/engine", "engine.title", () => import("./Overview")),
  page("/secrets/engine/names", "engine.names", () => import("./Names")),
  page("/secrets/engine/path", "engine.path", () => import("./Path")),
];
