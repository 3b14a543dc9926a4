import { Share2 } from "lucide-react";
import { useState } from "react";
import { type Envelope, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { session } from "../../api/session";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { Select } from "../../components/Field";
import { CopyButton, Secret } from "../../components/Secret";
import { duration } from "../../components/time";
import { t } from "../../texts";
import { dataPath, needs, type Store } from "./store";

const TIMES = ["15m", "1h", "24h", "168h"] as const;

/** Makes a token with which somebody reads the secret once, without rights of his own. */
export function Share({ store, path }: { store: Store; path: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={<Share2 aria-hidden size={16} />} onPress={() => setOpen(true)} needs={needs(store, path).read}>
        {t("kv.share")}
      </Button>
      {open && <Sharing store={store} path={path} onClose={() => setOpen(false)} />}
    </>
  );
}

function Sharing({ store, path, onClose }: { store: Store; path: string; onClose: () => void }) {
  const [time, setTime] = useState<string>(TIMES[1]);
  const wrap = useChange(() => send<Envelope<null>>("GET", dataPath(store, path), { wrapTtl: time }));
  const made = wrap.data?.wrap_info;
  const { namespace } = session.current();
  const command = made ? `${namespace ? `VAULT_NAMESPACE=${namespace} ` : ""}strongroom unwrap -address=${window.location.origin} ${made.token}` : "";
  return (
    <Dialog title={t("kv.share_title")} isOpen onClose={onClose}>
      <div className="body">
        <p>{t("kv.share_intro")}</p>
        {made ? (
          <>
            <p>{t("kv.share_made", { time: duration(made.ttl) })}</p>
            <Secret value={made.token} name={t("kv.share_token")} />
            <p className="row">
              {t("kv.share_page", { place: `${window.location.origin}/ui/?with=wrapped` })}
              <CopyButton text={`${window.location.origin}/ui/?with=wrapped`} label={t("kv.share_copy_page")} />
            </p>
            <p className="row">
              {t("kv.share_command")}
              <CopyButton text={command} label={t("kv.share_copy_command")} />
            </p>
          </>
        ) : (
          <Select label={t("kv.share_time")} value={time} onChange={setTime} choices={TIMES.map((each) => ({ id: each, label: t(`kv.time_${each}`) }))} />
        )}
        {wrap.error && <Failure error={wrap.error} />}
      </div>
      {!made && (
        <footer>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" onPress={() => wrap.mutate(undefined)} isPending={wrap.isPending}>
            {t("kv.share_make")}
          </Button>
        </footer>
      )}
    </Dialog>
  );
}
