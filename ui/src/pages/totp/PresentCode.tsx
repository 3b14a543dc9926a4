import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useMay } from "../../api/capabilities";
import { read } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";
import { Button } from "../../components/Button";
import { useNow } from "../../components/Countdown";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loaded";
import { useRevealed } from "../../components/revealed";
import { CopyButton } from "../../components/Secret";
import { t } from "../../texts";
import { type Answered, endOf } from "./code";
import "./totp.css";

/** The code of a key while somebody looks at it; the next one takes its place when its time is over. */
export function Code({ path }: { path: string }) {
  const may = useMay(`read ${path}`);
  const [isShown, setIsShown] = useRevealed();
  if (!may) return null;
  return (
    <section className="card stack">
      <h2>{t("totp.code")}</h2>
      {isShown && <Present path={path} />}
      <div className="row">
        <Button look={isShown ? "plain" : "primary"} onPress={() => setIsShown(!isShown)} needs={`read ${path}`}>
          {t(isShown ? "totp.hide" : "totp.show")}
        </Button>
      </div>
    </section>
  );
}

function Present({ path }: { path: string }) {
  const { interrupted } = useSession();
  const found = useQuery<Answered & { until: number }, ApiError>({
    queryKey: keyOf("GET", path),
    queryFn: async ({ signal }) => {
      const answered = await read<Answered>(path, { signal });
      return { ...answered, until: endOf(answered, Date.now()) };
    },
    gcTime: 0, // a code isn't kept when nobody looks
    enabled: interrupted === null,
  });
  const now = useNow();
  const left = found.data ? Math.ceil((found.data.until - now.getTime()) / 1000) : 0;
  const isOver = interrupted === null && found.data !== undefined && left <= 0 && !found.isFetching;
  useEffect(() => {
    if (isOver) void found.refetch();
  }, [isOver]);
  if (found.error) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  return (
    <div className="row">
      <output className="totp-code" aria-label={t("totp.code")}>
        {found.data.code}
      </output>
      <CopyButton text={found.data.code} label={t("totp.copy")} />
      <span>{t("totp.left", { n: Math.max(0, left) })}</span>
    </div>
  );
}
