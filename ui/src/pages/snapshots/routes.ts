import { page } from "../../app/pages";

export const pages = [
  page("/snapshots", "snapshots.title", () => import("./Snapshots"), { group: "operations", ofServer: true, needs: ["read sys/storage/raft/snapshot", "sudo sys/snapshots/schedule", "read sys/restore"] }),
  page("/snapshots/schedule", "snapshots.schedule", () => import("./Schedule"), { about: ["name"] }),
  page("/snapshots/read", "snapshots.read", () => import("./Read")),
  page("/snapshots/restore", "snapshots.restore", () => import("./Restore")),
];
