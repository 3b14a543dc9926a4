import { t } from "../texts";

/** Metadata as they are: names and texts. */
export function Metadata({ of }: { of: { [name: string]: string } | null }) {
  const pairs = Object.entries(of ?? {});
  if (pairs.length === 0) return t("common.none");
  return pairs.map(([name, text]) => (
    <div key={name}>
      <span className="code">{name}</span>: {text}
    </div>
  ));
}
