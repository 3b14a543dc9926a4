import { useEffect, useState } from "react";
import { t } from "../texts";
import { duration, told, utc } from "./time";

/** The time, told anew each second for what counts down. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(new Date()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}

/** How long until a moment, second by second; what it says afterwards is given. */
export function Countdown({ until, over = t("common.ended") }: { until: Date; over?: string }) {
  const now = useNow();
  const left = (until.getTime() - now.getTime()) / 1000;
  if (left <= 0) return <span className="badge badge-warn">{over}</span>;
  return (
    <time dateTime={until.toISOString()} title={`${told(until)} (${utc(until)})`}>
      {exact(left)}
    </time>
  );
}

/** Minutes and seconds below an hour, words above it. */
function exact(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole >= 3600 ? duration(whole) : `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
