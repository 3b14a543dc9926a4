import { useState } from "react";
import { serverNow } from "../../api/clock";
import { write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { Anchor, Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { exact } from "../../components/Moment";
import { told } from "../../components/time";
import { toast } from "../../components/toasts";
import { t, type TextKey } from "../../texts";
import { Diff } from "./Diff";
import { type SecretMetadata, type Version, versionsOf } from "./secret_metadata";
import { metadataPath, needs, secretLink, type Store } from "./store";

/** How many are shown at once. */
const STEP = 100;

type Act = "delete" | "undelete" | "destroy";

interface Props {
  store: Store;
  path: string;
}

/** The versions of a secret, the newest first. */
export function Versions({ store, path }: Props) {
  const found = useRead<SecretMetadata>(metadataPath(store, path));
  return (
    <Loaded of={found} missing={<Empty title={t("kv.missing")} />}>
      {(metadata) => <List store={store} path={path} metadata={metadata} />}
    </Loaded>
  );
}

function List({ store, path, metadata }: Props & { metadata: SecretMetadata }) {
  const [most, setMost] = useState(STEP);
  const [asked, setAsked] = useState<{ act: Act; number: number } | null>(null);
  const [before, after] = [Number(useParam("before")), Number(useParam("after"))];
  const navigate = useNavigate();
  const change = useChange(
    ({ act, number }: { act: Act; number: number }) => write(join(store.mount, act, path), { versions: [number] }),
    (_, { act, number }) => {
      setAsked(null);
      toast(t(`kv.done_${act}`, { n: number }));
    },
  );
  const shows = (more: Record<string, number>) => secretLink(store, path, { tab: "versions", ...more });
  const versions = versionsOf(metadata, serverNow());
  const readable = versions.filter(({ state }) => state === "current" || state === "kept").map(({ number }) => number);
  const compare = (number: number) => navigate(shows({ before: readable.find((each) => each < number) ?? number, after: number }));
  const act = (number: number) => (what: Act) => {
    change.reset();
    if (what === "undelete") change.mutate({ act: what, number });
    else setAsked({ act: what, number });
  };
  return (
    <div className="stack">
      {change.error && !asked && <Failure error={change.error} />}
      {versions.length === 0 && <Empty title={t("kv.no_versions")} />}
      <ol className="versions" aria-label={t("kv.tab_versions")}>
        {versions.slice(0, most).map((version) => (
          <li key={version.number} className="card version">
            <span className="row">
              <Anchor to={secretLink(store, path, version.number === metadata.current_version ? {} : { version: version.number })}>{t("kv.version", { n: version.number })}</Anchor>
              <State version={version} />
            </span>
            <span className="description">{exact(version.created)}</span>
            <Actions store={store} path={path} version={version} onCompare={readable.length > 1 ? compare : null} onAct={act(version.number)} />
          </li>
        ))}
      </ol>
      {versions.length > most && <Button onPress={() => setMost(most + STEP)}>{`${t("common.show_more")} (${versions.length - most})`}</Button>}
      {metadata.oldest_version > 1 && <p className="description">{t("kv.dropped", { n: metadata.oldest_version - 1 })}</p>}
      {before > 0 && after > 0 && <Diff store={store} path={path} numbers={readable} before={before} after={after} onChoose={(from, to) => navigate(shows({ before: from, after: to }), { replace: true })} onClose={() => navigate(shows({}))} />}
      {asked && (
        <Confirm title={t(`kv.${asked.act}_title`, { n: asked.number })} isOpen onClose={() => setAsked(null)} action={t(asked.act === "destroy" ? "kv.destroy" : "common.delete")} onConfirm={() => change.mutate(asked)} isPending={change.isPending} error={change.error}>
          <p>{t(`kv.${asked.act}_text`)}</p>
        </Confirm>
      )}
    </div>
  );
}

function State({ version: { state, deletion } }: { version: Version }) {
  const look = { current: "badge-good", kept: "", deleted: "badge-warn", destroyed: "badge-danger" }[state];
  const when = told(deletion);
  return (
    <span className="row">
      <span className={`badge ${look}`}>{t(`kv.state_${state}`)}</span>
      {when && state !== "destroyed" && <span className="description">{t(state === "deleted" ? "kv.deleted_on" : "kv.deleted_from", { when })}</span>}
    </span>
  );
}

/** What can be done with a version, by its state. */
function Actions({ store, path, version: { number, state }, onCompare, onAct }: Props & { version: Version; onCompare: ((number: number) => void) | null; onAct: (act: Act) => void }) {
  const may = needs(store, path);
  const isReadable = state === "current" || state === "kept";
  const named = (act: TextKey) => `${t(act)}: ${t("kv.version", { n: number })}`;
  return (
    <span className="row">
      {isReadable && onCompare && (
        <Button look="quiet" aria-label={named("kv.compare")} onPress={() => onCompare(number)} needs={may.read}>
          {t("kv.compare")}
        </Button>
      )}
      {isReadable && (
        <Button look="quiet" aria-label={named("common.delete")} onPress={() => onAct("delete")} needs={may.removeVersions}>
          {t("common.delete")}
        </Button>
      )}
      {state === "deleted" && (
        <Button look="quiet" aria-label={named("kv.undelete")} onPress={() => onAct("undelete")} needs={may.undelete}>
          {t("kv.undelete")}
        </Button>
      )}
      {state !== "destroyed" && (
        <Button look="quiet" aria-label={named("kv.destroy")} onPress={() => onAct("destroy")} needs={may.destroy}>
          {t("kv.destroy")}
        </Button>
      )}
    </span>
  );
}
