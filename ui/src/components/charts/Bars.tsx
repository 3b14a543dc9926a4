import type { ReactNode } from "react";
import "./charts.css";

export interface Bar {
  id: string;
  name: ReactNode;
  /** By column. */
  values: readonly number[];
}

interface Props {
  title: string;
  /** What the names are. */
  of: string;
  /** What the numbers are; the bar shows the first. */
  columns: readonly string[];
  bars: readonly Bar[];
  empty: string;
}

/** Numbers by name: a table that shows how they compare. */
export function Bars({ title, of, columns, bars, empty }: Props) {
  const most = Math.max(1, ...bars.map(({ values }) => values[0] ?? 0));
  return (
    <figure className="chart card">
      <figcaption>
        <h3>{title}</h3>
      </figcaption>
      {bars.length === 0 ? (
        <p className="description">{empty}</p>
      ) : (
        <table className="bars">
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{of}</th>
              {columns.map((name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.map(({ id, name, values }) => (
              <tr key={id}>
                <th scope="row">
                  {name}
                  <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden>
                    <rect width="100" height="4" className="track-all" />
                    <rect width={((values[0] ?? 0) / most) * 100} height="4" className="track-part" />
                  </svg>
                </th>
                {columns.map((column, index) => (
                  <td key={column} className="number">
                    {values[index]?.toLocaleString()}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </figure>
  );
}
