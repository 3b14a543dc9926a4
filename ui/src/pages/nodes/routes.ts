import { page } from "../../app/pages";

export const pages = [
  page("/nodes", "nodes.title", () => import("./Nodes"), { group: "operations", needs: ["read sys/ha-status", "read sys/in-flight-req", "read sys/host-info"] }),
  page("/nodes/log", "nodes.log", () => import("./Log"), { group: "operations", needs: ["read sys/monitor", "read sys/loggers"] }),
  page("/nodes/regions", "nodes.regions", () => import("./Regions"), { group: "operations", needs: ["sudo sys/region/status"] }),
];
