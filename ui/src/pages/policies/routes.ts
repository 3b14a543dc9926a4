import { page } from "../../app/pages";

export const pages = [
  page("/policies", "policies.title", () => import("./Policies"), { group: "access", needs: ["list sys/policies/acl"] }),
  page("/policies/edit", "policies.edit", () => import("./Edit")),
  page("/policies/why", "policies.why", () => import("./Why"), { group: "access", needs: ["update sys/policies/explain", "update sys/policies/explain-self", "update sys/policies/who-can"] }),
];
