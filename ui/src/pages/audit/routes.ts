import { page } from "../../app/pages";

export const pages = [
  page("/audit", "audit.title", () => import("./Audit"), { group: "operations", ofServer: true, needs: ["sudo sys/audit", "update sys/audit-hash/file", "sudo sys/audit-search/file"] }),
  page("/audit/enable", "audit.enable_title", () => import("./Enable")),
  page("/audit/search", "audit.search_log", () => import("./log/Search"), { about: ["path"] }),
  page("/audit/device", "audit.device", () => import("./Shown"), { about: ["path"] }),
];
