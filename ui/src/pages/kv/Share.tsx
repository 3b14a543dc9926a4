import { Share2 } from "lucide-react";
import { useState } from "react";
import { type Envelope, send } from "../../api/client";
import { useChange, useRead, useSession } from "../../api/hooks";
import { link } from "../../app/location";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { Select } from "../../components/Field";
import { CopyButton, Secret } from "../../components/Secret";
import { duration } from "../../components/time";
import { t } from "../../texts";
import { dataPath, needs, type Store } from "./store";
import { quoted } from "../console/words";

const TIMES = ["15m", "1h", "24h", "168h"] as const;

interface Props {
  store: Store;
  path: string;
  /** 0 for the newest. */
  version: number;
}

/** Makes a token with which somebody reads the secret once, without rights of his own. */
export function Share({ store, path, version }: Props) {
  const [open, setOpen] = useState(false);
  const found = useRead(dataPath(store, path), { exact: true, ...(version > 0 && { query: { version } }) });
  if (found.data === undefined || found.error?.kind === "missing") return null; // of a secret that was deleted there is nothing to share
  return (
    <>
      <Button icon={<Share2 aria-hidden size={16} />} onPress={() => setOpen(true)} needs={needs(store, path).read}>
        {t("kv.share")}
      </Button>
      {open && <Sharing store={store} path={path} version={version} onClose={() => setOpen(false)} />}
    </>
  );
}

function Sharing({ store, path, version, onClose }: Props & { onClose: () => void }) {
  const [time, setTime] = useState<string>(TIMES[1]);
  const wrap = useChange(() => send<Envelope<null>>("GET", dataPath(store, path), { wrapTtl: time, ...(version > 0 && { query: { version } }) }));
  const made = wrap.data?.wrap_info;
  return (
    <Dialog title={t("kv.share_title")} isOpen onClose={onClose} wide={made !== undefined}>
      <div className="body">
        {made ? (
          <Made token={made.token} ttl={made.ttl} />
        ) : (
          <>
            <p>{t("kv.share_intro")}</p>
            <Select label={t("kv.share_time")} value={time} onChange={setTime} choices={TIMES.map((each) => ({ id: each, label: t(`kv.time_${each}`) }))} />
          </>
        )}
        {wrap.error && <Failure error={wrap.error} />}
      </div>
      <footer>
        <Button onPress={onClose}>{t(made ? "common.close" : "common.cancel")}</Button>
        {!made && (
          <Button look="primary" onPress={() => wrap.mutate(undefined)} isPending={wrap.isPending} needs={needs(store, path).read}>
            {t("kv.share_make")}
          </Button>
        )}
      </footer>
    </Dialog>
  );
}

/** The token, and what its receiver does with it: on a page that needs no login, or with the command line. */
function Made({ token, ttl }: { token: string; ttl: number }) {
  const { namespace } = useSession();
  const address = `${window.location.origin}/ui${link("/unwrap", { namespace })}`;
  const command = `strongroom unwrap -address=${window.location.origin}${namespace ? ` -namespace=${quoted(namespace)}` : ""} ${token}`;
  return (
    <>
      <p>{t("kv.share_made", { time: duration(ttl) })}</p>
      <dl className="facts values">
        <div className="fact">
          <dt>{t("kv.share_token")}</dt>
          <dd>
            <Secret value={token} name={t("kv.share_token")} />
          </dd>
        </div>
        <div className="fact">
          <dt>{t("kv.share_page")}</dt>
          <dd className="row">
            <code>{address}</code>
            <CopyButton text={address} label={t("kv.share_copy_page")} />
          </dd>
        </div>
        <div className="fact">
          <dt>{t("kv.share_command")}</dt>
          <dd>
            <Secret value={command} name={t("kv.share_command")} />
          </dd>
        </div>
      </dl>
      <p className="description">{t("kv.share_apart")}</p>
    </>
  );
}
