import type { WrapInfo } from "../../api/client";
import { session } from "../../api/session";
import { link } from "../../app/location";
import { Facts } from "../../components/Facts";
import { Once } from "../../components/Once";
import { CopyButton, Secret } from "../../components/Secret";
import { duration } from "../../components/time";
import { t } from "../../texts";
import { quoted } from "../console/words";

/** A wrapping token that was made, and what its receiver does with it. */
export function HandOn({ made }: { made: WrapInfo }) {
  const { namespace } = session.current();
  const page = `${window.location.origin}/ui${link("/unwrap", { namespace })}`;
  const command = `strongroom unwrap -address=${window.location.origin}${namespace ? ` -namespace=${quoted(namespace)}` : ""} ${made.token}`;
  return (
    <section className="stack" aria-live="polite">
      <p>{t("kv.share_made", { time: duration(made.ttl) })}</p>
      <Once>{t("kv.received_once")}</Once>
      <Facts
        rows={[
          [t("kv.share_token"), <Secret key="token" value={made.token} name={t("kv.share_token")} />],
          [
            t("kv.share_page"),
            <span key="page" className="row">
              <code>{page}</code>
              <CopyButton text={page} label={t("kv.share_copy_page")} />
            </span>,
          ],
          [t("kv.share_command"), <Secret key="command" value={command} name={t("kv.share_command")} />],
        ]}
      />
      <p className="description">{t("kv.share_apart")}</p>
    </section>
  );
}
