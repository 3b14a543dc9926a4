import { page } from "../../app/pages";

export const pages = [
  page("/nodes", "nodes.title", () => import("./Nodes"), { group: "operations", ofServer: true, needs: ["read sys/ha-status", "read sys/in-flight-req", "read sys/host-info"] }),
  page("/nodes/log", "nodes.log", () => import("./Log"), { group: "operations", ofServer: true, needs: ["read sys/monitor", "read sys/loggers"] }),
  page("/nodes/regions", "nodes.regions", () => import("./Regions"), { group: "operations", ofServer: true, needs: ["sudo sys/region/status"] }),
];
