import { page } from "../../app/pages";

export const pages = [
  page("/policies", "policies.title", () => import("./Policies"), { group: "access", needs: ["list sys/policies/acl", "read sys/policies/acl", "list sys/policies/password"] }),
  page("/policies/edit", "policies.edit", () => import("./Edit"), { about: ["name"] }),
  page("/policies/simulate", "policies.simulate", () => import("./Simulate")),
  page("/policies/password", "policies.password_policy", () => import("./Password"), { about: ["name"] }),
  page("/policies/why", "policies.why", () => import("./Why"), { group: "access", needs: ["update sys/policies/explain-self", "update sys/policies/explain", "update sys/policies/who-can"] }),
];
