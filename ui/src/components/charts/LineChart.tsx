import { type PointerEvent, useState } from "react";
import { t } from "../../texts";
import { toldTime, utc } from "../time";
import { areaOf, ceilingOf, ceilingOfBytes, indexAt, lineOf } from "./shape";
import "./charts.css";

export interface Series {
  name: string;
  /** One for each time; null where nothing is known. */
  values: readonly (number | null)[];
}

interface Props {
  title: string;
  /** In milliseconds, rising. */
  times: readonly number[];
  /** Two at the most: they are told apart by colour and by dashes. */
  series: readonly Series[];
  format: (value: number) => string;
  /** Whether the numbers are of bytes, whose axis ends at a power of two. */
  inBytes?: boolean;
}

const ROWS = 60;

/** How numbers went over time: the newest in words, all as lines, and the same as a table. */
export function LineChart({ title, times, series, format, inBytes = false }: Props) {
  const [at, setAt] = useState<number | null>(null);
  const shown = at !== null && at < times.length ? at : times.length - 1;
  const ceiling = (inBytes ? ceilingOfBytes : ceilingOf)(series.flatMap(({ values }) => values));
  const say = (value: number | null | undefined) => (value === null || value === undefined ? "–" : format(value));
  const moved = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(indexAt((event.clientX - box.left) / box.width, times));
  };
  return (
    <figure className="chart card">
      <figcaption>
        <h3>{title}</h3>
        <p className="legend">
          {series.map(({ name, values }, index) => (
            <span key={name} className={`key key-${index}`}>
              <svg viewBox="0 0 24 8" aria-hidden>
                <line x1="0" y1="4" x2="24" y2="4" />
              </svg>
              {name} <strong>{say(values[shown])}</strong>
            </span>
          ))}
        </p>
      </figcaption>
      <div className="plot">
        <span className="most" aria-hidden>
          {format(ceiling)}
        </span>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={t("charts.summary", { title, now: series.map(({ name, values }) => `${name} ${say(values.at(-1))}`).join(", ") })} onPointerMove={moved} onPointerLeave={() => setAt(null)}>
          <path className="grid-line" d="M0 0.5H100M0 50H100M0 99.5H100" />
          {series.length === 1 && series.map(({ name, values }) => <path key={name} className="area" d={areaOf(times, values, ceiling)} />)}
          {series.map(({ name, values }, index) => (
            <path key={name} className={`line line-${index}`} d={lineOf(times, values, ceiling)} />
          ))}
          {at !== null && times.length > 1 && <path className="cursor" d={`M${xOf(times, shown)} 0V100`} />}
        </svg>
      </div>
      <p className="axis" aria-hidden>
        <span>{timeOf(times[0])}</span>
        {at !== null && times[shown] !== undefined && <span>{toldTime(new Date(times[shown]))}</span>}
        <span>{timeOf(times.at(-1))}</span>
      </p>
      <details>
        <summary>{t("charts.table")}</summary>
        <div className="table-scroll" tabIndex={0} role="region" aria-label={title}>
          <table className="table">
            <caption className="visually-hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">{t("charts.time")}</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times
                .map((time, index) => ({ time, index }))
                .slice(-ROWS)
                .reverse()
                .map(({ time, index }) => (
                  <tr key={time}>
                    <th scope="row">
                      <time dateTime={new Date(time).toISOString()} title={utc(new Date(time))}>
                        {toldTime(new Date(time))}
                      </time>
                    </th>
                    {series.map(({ name, values }) => (
                      <td key={name}>{say(values[index])}</td>
                    ))}
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

function timeOf(time: number | undefined): string {
  return time === undefined ? "" : new Date(time).toLocaleTimeString();
}

function xOf(times: readonly number[], index: number): number {
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 1];
  return last === first ? 100 : (((times[index] ?? first) - first) / (last - first)) * 100;
}
