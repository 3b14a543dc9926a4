import { page } from "../../app/pages";

export const pages = [
  page("/namespaces", "namespaces.title", () => import("./Namespaces"), { group: "access", needs: ["scan sys/namespaces", "list sys/namespaces", "read sys/internal/ui/namespaces"] }),
  page("/namespaces/create", "namespaces.create", () => import("./Create")),
  page("/namespaces/namespace", "namespaces.namespace", () => import("./Namespace"), { about: ["path"] }),
];
