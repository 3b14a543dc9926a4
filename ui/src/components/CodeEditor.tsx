import { later } from "./later";

export interface CodeProps {
  label: string;
  value: string;
  onChange?: (value: string) => void;
  language?: "json" | "hcl" | "text";
  /** Faults by line (from 1), shown beside it. */
  faults?: readonly { line: number; text: string; severity: "error" | "warning" }[];
  /** Names that are proposed where the cursor is. */
  complete?: (before: string) => readonly string[];
}

/** An editor for longer texts, loaded where one is shown first. */
export const CodeEditor = later<CodeProps>(() => import("./editor/Editor"));
