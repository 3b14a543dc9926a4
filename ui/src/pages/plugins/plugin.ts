import { link } from "../../app/location";
import type { Mount } from "../secrets/Mounts";

export const TYPES = ["secret", "auth", "database"] as const;
export type PluginType = (typeof TYPES)[number];

/** A plugin as the catalogue lists it. */
export interface Plugin {
  name: string;
  type: PluginType;
  version: string;
  builtin: boolean;
  deprecation_status: string;
}

export interface Visible {
  secret: Record<string, Mount>;
  auth: Record<string, Mount>;
}

export const pluginLink = (type: string, name: string) => link("/plugins/one", { type, name });

/** The mounts that a plugin serves, as far as they can be seen (pure). */
export function mountsOf(visible: Visible, type: PluginType, name: string): { path: string; mount: Mount }[] {
  if (type === "database") return [];
  return Object.entries(visible[type])
    .filter(([, mount]) => mount.type === name)
    .map(([path, mount]) => ({ path, mount }));
}
