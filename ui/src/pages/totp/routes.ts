import { page } from "../../app/pages";

export const pages = [
  page("/secrets/totp", "totp.title", () => import("./Keys"), { about: ["mount"] }),
  page("/secrets/totp/key", "totp.key", () => import("./KeyPage"), { about: ["mount", "name"] }),
  page("/secrets/totp/create", "totp.create", () => import("./Create"), { about: ["mount"] }),
];
