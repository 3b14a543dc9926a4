import { page } from "../../app/pages";

export const pages = [
  page("/secrets/totp", "totp.title", () => import("./Keys")),
  page("/secrets/totp/key", "totp.key", () => import("./KeyPage")),
  page("/secrets/totp/create", "totp.create", () => import("./Create")),
];
