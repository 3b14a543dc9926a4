import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type ApiError, asApiError } from "../../api/errors";
import { useUnsaved } from "../../app/unsaved";
import { bytes } from "../../components/bytes";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { May } from "../../components/May";
import { Progress } from "../../components/Progress";
import { saveFile } from "../../components/save";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { taken } from "./download";
import { SNAPSHOT } from "./snapshot";

/** Takes a snapshot into a file of the user's. */
export function Take() {
  const [count, setCount] = useState(0);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const take = useMutation<void, ApiError, void>({
    mutationFn: async () => {
      setCount(0);
      stop.current = new AbortController();
      const { signal } = stop.current;
      try {
        const { name, content } = await taken(setCount, signal);
        saveFile(name, content);
        toast(t("snapshots.taken", { name, size: bytes(content.size) }));
      } catch (error) {
        if (!signal.aborted) throw asApiError(error);
      }
    },
  });
  useUnsaved(take.isPending);
  return (
    <May needs={[`read ${SNAPSHOT}`]}>
      <section className="card stack">
        <h2>{t("snapshots.take_title")}</h2>
        <p>{t("snapshots.take_intro")}</p>
        {take.isPending && <Progress label={t("snapshots.taking")} value={count} most={0} text={bytes(count)} />}
        {take.error && <Failure error={take.error} />}
        <div className="row">
          <Button look="primary" icon={<Download aria-hidden size={16} />} onPress={() => take.mutate()} isPending={take.isPending} needs={`read ${SNAPSHOT}`}>
            {t("snapshots.take")}
          </Button>
          {take.isPending && <Button onPress={() => stop.current?.abort()}>{t("common.cancel")}</Button>}
        </div>
      </section>
    </May>
  );
}

