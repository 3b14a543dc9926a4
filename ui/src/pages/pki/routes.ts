import { page } from "../../app/pages";

export const pages = [
  page("/secrets/pki", "pki.part_issuers", () => import("./Issuers")),
  page("/secrets/pki/generate", "pki.generate", () => import("./Generate")),
  page("/secrets/pki/sign", "pki.sign_intermediate", () => import("./Sign")),
  page("/secrets/pki/import", "pki.import", () => import("./Import")),
  page("/secrets/pki/issuer", "pki.issuer", () => import("./Issuer")),
  page("/secrets/pki/roles", "pki.part_roles", () => import("./Roles")),
  page("/secrets/pki/role", "pki.role", () => import("./Role")),
  page("/secrets/pki/issue", "pki.issue", () => import("./Issue")),
  page("/secrets/pki/certificates", "pki.part_certificates", () => import("./Certificates")),
  page("/secrets/pki/certificate", "pki.certificate", () => import("./Certificate")),
  page("/secrets/pki/keys", "pki.part_keys", () => import("./Keys")),
  page("/secrets/pki/acme", "pki.part_acme", () => import("./Acme")),
  page("/secrets/pki/tidy", "pki.part_tidy", () => import("./Tidy")),
  page("/secrets/pki/settings", "pki.part_settings", () => import("./Settings")),
];
