import { page } from "../../app/pages";

export const pages = [
  page("/entities", "identity.entities", () => import("./Entities"), { group: "access", needs: ["list identity/entity/id", "list identity/entity/name", "update identity/lookup/entity"] }),
  page("/entities/entity", "identity.entity", () => import("./Entity"), { about: ["id", "name"] }),
  page("/entities/edit", "identity.edit_entity", () => import("./EntityForm"), { about: ["id"] }),
  page("/entities/clearing", "identity.clearing", () => import("./Clearing")),
  page("/entities/graph", "identity.graph", () => import("./Graph")),
  page("/groups", "identity.groups", () => import("./Groups"), { group: "access", needs: ["list identity/group/id", "list identity/group/name", "update identity/lookup/group"] }),
  page("/groups/group", "identity.group", () => import("./Group"), { about: ["id", "name"] }),
  page("/groups/edit", "identity.edit_group", () => import("./GroupForm"), { about: ["id"] }),
  page("/mfa", "mfa.title", () => import("./mfa/Mfa"), { group: "access", needs: ["list identity/mfa/method", "list identity/mfa/login-enforcement"] }),
  page("/mfa/method", "mfa.method", () => import("./mfa/MethodPage"), { about: ["type", "id"] }),
  page("/mfa/enforcement", "mfa.enforcement", () => import("./mfa/Enforcement"), { about: ["name"] }),
  page("/provider", "provider.title", () => import("./oidc/Provider"), { group: "access", needs: ["list identity/oidc/client", "list identity/oidc/provider", "list identity/oidc/key"] }),
  page("/provider/item", "provider.item", () => import("./oidc/Item"), { about: ["kind", "name"] }),
];
