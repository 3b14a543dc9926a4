import { page } from "../../app/pages";

export const pages = [
  page("/quotas", "quotas.title", () => import("./Quotas"), { group: "access", ofServer: true, needs: ["list sys/quotas/rate-limit", "list sys/quotas/lease-count", "read sys/quotas/config"] }),
  page("/quotas/quota", "quotas.quota", () => import("./Quota"), { about: ["kind", "name"] }),
];
