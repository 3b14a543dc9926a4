import type { ReactNode } from "react";
import { useUnsaved } from "../app/unsaved";

/** Says of what is beside it that it can't be shown again; the user is asked before the page is left, until it is kept. */
export function Once({ children, isKept = false }: { children: ReactNode; isKept?: boolean }) {
  useUnsaved(!isKept);
  return <p className="notice notice-warn">{children}</p>;
}
