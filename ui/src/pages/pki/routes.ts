import { page } from "../../app/pages";

export const pages = [
  page("/secrets/pki", "pki.part_issuers", () => import("./Issuers"), { about: ["mount"] }),
  page("/secrets/pki/generate", "pki.generate", () => import("./Generate"), { about: ["mount"] }),
  page("/secrets/pki/sign", "pki.sign_intermediate", () => import("./Sign"), { about: ["mount", "ref"] }),
  page("/secrets/pki/import", "pki.import", () => import("./Import"), { about: ["mount"] }),
  page("/secrets/pki/issuer", "pki.issuer", () => import("./Issuer"), { about: ["mount", "ref"] }),
  page("/secrets/pki/roles", "pki.part_roles", () => import("./Roles"), { about: ["mount"] }),
  page("/secrets/pki/role", "pki.role", () => import("./Role"), { about: ["mount", "name"] }),
  page("/secrets/pki/issue", "pki.issue", () => import("./Issue"), { about: ["mount", "role"] }),
  page("/secrets/pki/certificates", "pki.part_certificates", () => import("./Certificates"), { about: ["mount"] }),
  page("/secrets/pki/certificate", "pki.certificate", () => import("./Certificate"), { about: ["mount", "serial"] }),
  page("/secrets/pki/keys", "pki.part_keys", () => import("./Keys"), { about: ["mount"] }),
  page("/secrets/pki/acme", "pki.part_acme", () => import("./Acme"), { about: ["mount"] }),
  page("/secrets/pki/tidy", "pki.part_tidy", () => import("./Tidy"), { about: ["mount"] }),
  page("/secrets/pki/settings", "pki.part_settings", () => import("./Settings"), { about: ["mount"] }),
];
