import { serverNow } from "../../api/clock";
import { useMay } from "../../api/capabilities";
import { type Fields, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Select } from "../../components/Field";
import { distance, moment, told, utc } from "../../components/time";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import type { VersionInfo } from "./basis";
import { DueNote } from "./DueNote";
import { type SecretMetadata, versionsOf } from "./secret_metadata";
import { dataPath, metadataPath, needs, secretLink, type Store } from "./store";
import { VersionJump } from "./VersionJump";

interface Props {
  store: Store;
  path: string;
  info: VersionInfo;
  /** Whether this version was asked for, and not the newest one. */
  isChosen: boolean;
  /** Its values, if there are any and the user may see them. */
  fields: Fields | null;
}

/** Which version is shown, and the way to the others. */
export function VersionBar({ store, path, info, isChosen, fields }: Props) {
  const may = useMay(needs(store, path).metadata);
  const metadata = useRead<SecretMetadata>(metadataPath(store, path), { enabled: may === true });
  const navigate = useNavigate();
  const created = moment(info.created_time);
  const newest = metadata.data?.current_version ?? 0;
  const isOlder = isChosen && newest !== info.version;
  const choices = metadata.data ? versionsOf(metadata.data, serverNow()).map(({ number, state, created: when }) => ({ id: String(number), label: t("kv.version_choice", { n: number, state: t(`kv.state_${state}`), when: told(when) ?? "" }) })) : [];
  return (
    <>
      <div className="version-bar">
        {choices.length > 1 ? (
          <div className="version-picker">
            <Select label={t("kv.number")} value={String(info.version)} onChange={(next) => navigate(secretLink(store, path, Number(next) === newest ? {} : { version: next }))} choices={choices} />
          </div>
        ) : may === false ? (
          <VersionJump key={info.version} store={store} path={path} version={info.version} />
        ) : (
          <span className="badge">{t("kv.version", { n: info.version })}</span>
        )}
        {created && (
          <time className="description" dateTime={info.created_time} title={`${told(created)} (${utc(created)})`}>
            {t("kv.written", { when: distance(created, serverNow()) })}
          </time>
        )}
      </div>
      <DueNote custom={info.custom_metadata} written={isOlder || info.deletion_time !== "" ? null : created} />
      {isOlder && <Older store={store} path={path} info={info} newest={newest} fields={fields} />}
    </>
  );
}

/** Says that this isn't what programs get now; offers to make it that. */
function Older({ store, path, info, newest, fields }: Omit<Props, "isChosen"> & { newest: number }) {
  const navigate = useNavigate();
  const restore = useChange(
    () => write(dataPath(store, path), { data: fields, ...(newest > 0 && { options: { cas: newest } }) }),
    () => {
      toast(t("kv.restored", { n: info.version }));
      navigate(secretLink(store, path));
    },
  );
  return (
    <div className="notice notice-warn">
      <div>
        <p>{newest > 0 ? t("kv.older", { n: info.version, newest }) : t("kv.chosen", { n: info.version })}</p>
        <div className="row">
          <LinkButton to={secretLink(store, path)}>{t("kv.to_newest")}</LinkButton>
          {fields && (
            <Button onPress={() => restore.mutate(undefined)} isPending={restore.isPending} needs={needs(store, path).write}>
              {t("kv.restore")}
            </Button>
          )}
        </div>
        {restore.error && <Failure error={restore.error} />}
      </div>
    </div>
  );
}
