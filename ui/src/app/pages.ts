import type { ComponentType } from "react";
import type { Need } from "../api/capabilities";
import { later } from "../components/later";
import type { TextKey } from "../texts";

export type Group = "secrets" | "access" | "operations" | "tools";

/** A page: its address, its place in the navigation, and where its code is. */
export interface Page {
  /** Below `/ui`. */
  path: string;
  title: TextKey;
  /** Where the navigation shows it; a page without a group is reached from others. */
  group?: Group;
  /** What of these the user must be allowed for the entry to be shown: one suffices. */
  needs?: readonly Need[];
  /** Whether it is about the whole server: from within a namespace nothing can be done there. */
  ofServer?: boolean;
  /** What of its address it is about.  For another it begins anew: nobody confirms, or finds an answer, for what was shown before. */
  about?: readonly string[];
  /** Whether it works before login. */
  open?: boolean;
  component: ComponentType;
}

/** A page whose code is loaded when it is shown first. */
export function page(path: string, title: TextKey, load: () => Promise<{ default: ComponentType }>, more: Omit<Page, "path" | "title" | "component"> = {}): Page {
  return { path, title, component: later(load), ...more };
}
