import { page } from "../../app/pages";

export const pages = [
  page("/seal", "seal.title", () => import("./Seal"), { group: "operations", ofServer: true, needs: ["sudo sys/seal", "read sys/key-status", "read sys/rotate/root/init"] }),
  page("/seal/rekey", "seal.rekey", () => import("./Rekey")),
  page("/seal/root", "seal.root_token", () => import("./RootToken")),
];
