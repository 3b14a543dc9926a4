const LOOKS: Record<string, string> = { get: "badge badge-good", list: "badge badge-good", delete: "badge badge-danger" };

/** The method of an operation. */
export function VerbBadge({ verb }: { verb: string }) {
  return <span className={`${LOOKS[verb] ?? "badge badge-warn"} explorer-verb`}>{verb.toUpperCase()}</span>;
}
