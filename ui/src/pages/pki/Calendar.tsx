import { ChevronLeft, ChevronRight } from "lucide-react";
import { useList } from "../../api/hooks";
import { join } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { Anchor, IconButton } from "../../components/Button";
import { Loaded } from "../../components/Loaded";
import { t } from "../../texts";
import { monthOf, monthsLater, monthText, weeksOf } from "./calendar";
import { CertificateTable, type Row, rowsOf } from "./CertificateTable";
import { type CertificateEntry, pkiLink } from "./mount";
import "./Calendar.css";

const MOST = 2000;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** The days of a month, with how many valid certificates end on each. */
export function Calendar({ mount, role }: { mount: string; role: string }) {
  const month = monthOf(useParam("month"), new Date());
  const chosen = Number(useParam("day"));
  const navigate = useNavigate();
  const until = monthsLater(month, 1);
  const found = useList<CertificateEntry>(join(mount, "certs/detailed"), { query: { expires_before: until.toISOString(), valid: true, limit: MOST, role: role || undefined } });
  const to = (date: Date, day?: number) => pkiLink(mount, "/certificates", { tab: "calendar", role, month: monthText(date), day });
  const title = month.toLocaleDateString(undefined, { month: "long", year: "numeric" });
  return (
    <div className="stack">
      <div className="row">
        <IconButton label={t("pki.month_before")} onPress={() => navigate(to(monthsLater(month, -1)))}>
          <ChevronLeft aria-hidden size={18} />
        </IconButton>
        <h2>{title}</h2>
        <IconButton label={t("pki.month_after")} onPress={() => navigate(to(until))}>
          <ChevronRight aria-hidden size={18} />
        </IconButton>
      </div>
      <p className="description">{t("pki.calendar_zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
      <Loaded of={found}>
        {(listing) => {
          const rows = rowsOf(listing);
          const weeks = weeksOf(month, rows);
          const ending = weeks.flat().find((day) => day?.date.getDate() === chosen)?.ending;
          return (
            <>
              {rows.length >= MOST && <p className="notice notice-warn">{t("pki.calendar_partial", { n: MOST })}</p>}
              <Weeks title={title} weeks={weeks} to={(day) => to(month, day)} chosen={chosen} />
              {ending && <CertificateTable mount={mount} rows={ending} />}
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

function Weeks({ title, weeks, to, chosen }: { title: string; weeks: ReturnType<typeof weeksOf<Row>>; to: (day: number) => string; chosen: number }) {
  const today = new Date().toDateString();
  return (
    <table className="calendar" aria-label={t("pki.calendar_of", { month: title })}>
      <thead>
        <tr>
          {Array.from({ length: 7 }, (_, at) => (
            <th key={at} scope="col">
              {new Date(MONDAY + at * DAY_MS).toLocaleDateString(undefined, { weekday: "short", timeZone: "UTC" })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week, at) => (
          <tr key={at}>
            {week.map((day, index) => (
              <td key={index} data-today={day?.date.toDateString() === today || undefined} data-chosen={day?.date.getDate() === chosen || undefined}>
                {day && (
                  <>
                    <span className="calendar-day">{day.date.getDate()}</span>
                    {day.ending.length > 0 && (
                      <Anchor to={to(day.date.getDate())} className="badge badge-warn">
                        {day.ending.length} <span className="calendar-word">{t("pki.ending", { n: day.ending.length })}</span>
                      </Anchor>
                    )}
                  </>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
