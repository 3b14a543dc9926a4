import { serverNow } from "../../api/clock";
import { useHref, useNavigate } from "../../app/location";
import { t } from "../../texts";
import { type Authority, forestOf, type Placed, stateOf } from "./chain";
import "./Chain.css";

const WIDTH = 300;
const HEIGHT = 52;
const GAP = 14;
const INDENT = 30;
const LETTERS = 32;

interface Props {
  authorities: readonly Authority[];
  /** Where an authority is shown. */
  to: (authority: Authority) => string;
  /** The one that the page is about. */
  current?: string;
}

/** Authorities as a picture: each below the one that has signed it.  The table beside it says the same in words. */
export function Chain({ authorities, to, current }: Props) {
  const placed = forestOf(authorities);
  const deepest = Math.max(0, ...placed.map(({ depth }) => depth));
  const [width, height] = [WIDTH + deepest * INDENT + 2, placed.length * (HEIGHT + GAP) - GAP + 2];
  if (placed.length === 0) return null;
  const top = (row: number) => row * (HEIGHT + GAP) + 1;
  return (
    <figure className="chain" tabIndex={0} aria-label={t("pki.chain_picture")}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={placed.map(inWords).join(" ")}>
        {placed.map(({ authority, depth, parent }, row) =>
          parent === null ? null : <path key={authority.id} className="chain-line" d={`M${(depth - 1) * INDENT + 16} ${top(parent) + HEIGHT}V${top(row) + HEIGHT / 2}H${depth * INDENT + 1}`} />,
        )}
        {placed.map((each, row) => (
          <Box key={each.authority.id} placed={each} x={each.depth * INDENT + 1} y={top(row)} to={to(each.authority)} isCurrent={each.authority.id === current} />
        ))}
      </svg>
    </figure>
  );
}

function Box({ placed: { authority, signedBy }, x, y, to, isCurrent }: { placed: Placed; x: number; y: number; to: string; isCurrent: boolean }) {
  const navigate = useNavigate();
  const href = useHref(to);
  const { certificate } = authority;
  const state = certificate ? stateOf(certificate, serverNow()) : "valid";
  const title = titleOf(authority);
  const ends = certificate ? t(state === "expired" ? "pki.chain_ended" : "pki.chain_ends", { when: certificate.notAfter.toLocaleDateString() }) : "";
  return (
    <a
      href={href}
      aria-current={isCurrent ? "true" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      <rect className="chain-box" data-state={state} data-current={isCurrent || undefined} x={x} y={y} width={WIDTH} height={HEIGHT} rx={6} />
      {signedBy === "elsewhere" && <path className="chain-line chain-open" d={`M${x + 14} ${y - GAP + 2}v${GAP - 2}`} />}
      <text className="chain-name" x={x + 12} y={y + 21}>
        {shortened(title)}
      </text>
      <text className="chain-about" x={x + 12} y={y + 40}>
        {[t(`pki.signed_${signedBy}`), authority.isDefault ? t("pki.default") : "", ends].filter(Boolean).join(" · ")}
      </text>
    </a>
  );
}

/** By what an authority is called (pure). */
export function titleOf({ name, id, certificate }: Pick<Authority, "name" | "id" | "certificate">): string {
  return name || certificate?.commonName || certificate?.subject || id;
}

function inWords({ authority, signedBy }: Placed): string {
  return `${titleOf(authority)}: ${t(`pki.signed_${signedBy}`)}.`;
}

function shortened(text: string): string {
  return text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text;
}
