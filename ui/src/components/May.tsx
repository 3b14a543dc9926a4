import type { ReactNode } from "react";
import { type Need, useMay } from "../api/capabilities";

/** A part of a page that asks the server for something: not there for who may not have the answer. */
export function May({ needs, children, otherwise = null }: { needs: readonly Need[]; children: ReactNode; otherwise?: ReactNode }) {
  const may = useMay(...needs);
  if (may === undefined) return null;
  return may ? children : otherwise;
}
