import { page } from "../../app/pages";

export const pages = [
  page("/explorer", "explorer.title", () => import("./Explorer"), { group: "tools", needs: ["read sys/internal/specs/openapi"] }),
  page("/explorer/operation", "explorer.operation", () => import("./Operation")),
];
