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
