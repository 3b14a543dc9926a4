import { useMemo } from "react";
import { useHref, useNavigate } from "../../app/location";
import { t } from "../../texts";
import { type Graph, type Node, type Placed, placed } from "./graph";
import "./Graph.css";

const BOX = { width: 190, height: 46 };
const GAP = { x: 70, y: 18 };
const MARGIN = 6;
const MOST_LETTERS = 22;

const left = (column: number) => MARGIN + column * (BOX.width + GAP.x);
const top = (row: number) => MARGIN + row * (BOX.height + GAP.y);

/** Members on the left, their groups on the right of them.  Each box is a link, in the order of the drawing. */
export function Drawing({ graph, focus, linkOf }: { graph: Graph; focus: string; linkOf: (node: Node) => string }) {
  const boxes = useMemo(() => placed(graph).sort((a, b) => a.column - b.column || a.row - b.row), [graph]);
  const byId = useMemo(() => new Map(boxes.map((box) => [box.id, box])), [boxes]);
  const width = left(Math.max(0, ...boxes.map(({ column }) => column))) + BOX.width + MARGIN;
  const height = top(Math.max(0, ...boxes.map(({ row }) => row))) + BOX.height + MARGIN;
  return (
    <div className="drawing" tabIndex={0} role="group" aria-label={t("identity.drawing_of", { n: boxes.length })}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {graph.edges.map(({ from, to }) => (
          <Line key={`${from} ${to}`} from={byId.get(from)} to={byId.get(to)} />
        ))}
        {boxes.map((box) => (
          <Box key={box.id} box={box} isFocus={box.id === focus} to={linkOf(box)} />
        ))}
      </svg>
    </div>
  );
}

function Line({ from, to }: { from: Placed | undefined; to: Placed | undefined }) {
  if (!from || !to) return null;
  const [x1, y1] = [left(from.column) + BOX.width, top(from.row) + BOX.height / 2];
  const [x2, y2] = [left(to.column), top(to.row) + BOX.height / 2];
  const bend = Math.max(30, (x2 - x1) / 2);
  return <path className="drawing-line" d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} />;
}

function Box({ box, isFocus, to }: { box: Placed; isFocus: boolean; to: string }) {
  const navigate = useNavigate();
  const href = useHref(to);
  const policies = box.policies?.join(", ") ?? "";
  const shown = { name: cut(box.name), policies: cut(policies, MOST_LETTERS + 3) };
  // What is seen comes first in what is read out; then what was cut.
  const whole = shown.name === box.name && shown.policies === policies ? "" : ` ${box.name} ${policies}`;
  const label = `${shown.name} ${shown.policies}`.trim() + `, ${t(`identity.${box.kind}`)}${whole}`;
  return (
    <a
      href={href}
      aria-label={label}
      {...(isFocus && { "aria-current": "true" as const })}
      className={`drawing-box drawing-${box.kind}`}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      <rect x={left(box.column)} y={top(box.row)} width={BOX.width} height={BOX.height} rx={box.kind === "entity" ? BOX.height / 2 : 6} />
      <text x={left(box.column) + 16} y={top(box.row) + (policies ? 19 : 28)}>
        {`${shown.name} `}
      </text>
      {policies && (
        <text className="drawing-about" x={left(box.column) + 16} y={top(box.row) + 36}>
          {shown.policies}
        </text>
      )}
    </a>
  );
}

function cut(text: string, most = MOST_LETTERS): string {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}
