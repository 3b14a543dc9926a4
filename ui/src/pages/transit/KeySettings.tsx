import { useMay } from "../../api/capabilities";
import { type Fields, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Facts } from "../../components/Facts";
import { Held } from "../../components/Held";
import { Loaded } from "../../components/Loaded";
import { duration } from "../../components/time";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { keyPath, type KeyInfo, needs } from "./mount";

interface Props {
  mount: string;
  name: string;
  info: KeyInfo;
}

/** What a key may be used for, and whether it may leave or be deleted. */
export function KeySettings({ mount, name, info }: Props) {
  const may = useMay(needs(mount, name).config);
  return (
    <div className="stack">
      <section className="card">
        <Facts
          rows={[
            [t("transit.type"), info.type],
            [t("transit.derived"), yes(info.derived)],
            [t("transit.convergent"), yes(info.convergent_encryption ?? false)],
            [t("transit.imported"), yes(info.imported_key)],
            ...(may
              ? []
              : ([
                  [t("transit.exportable"), yes(info.exportable)],
                  [t("transit.allow_backup"), yes(info.allow_plaintext_backup)],
                  [t("transit.deletion_allowed"), yes(info.deletion_allowed)],
                  [t("transit.auto_rotate"), info.auto_rotate_period ? duration(info.auto_rotate_period) : t("common.none")],
                ] as const)),
          ]}
        />
      </section>
      {may && <Change mount={mount} name={name} info={info} />}
    </div>
  );
}

const yes = (is: boolean) => t(is ? "common.yes" : "common.no");

function Change({ mount, name, info }: Props) {
  const schema = useSchema(`${mount}keys/{name}/config`);
  const save = useChange(
    (body: Fields) => send("POST", keyPath(mount, name, "config"), { data: body }),
    () => toast(t("transit.settings_saved", { name })),
  );
  const { exportable, allow_plaintext_backup, deletion_allowed, auto_rotate_period, allowed_operations } = info;
  const now: Fields = { exportable, allow_plaintext_backup, deletion_allowed, auto_rotate_period, allowed_operations: allowed_operations ?? null };
  return (
    <section className="card">
      <Loaded of={schema}>
        {(found) => (
          <Held key={`${mount} ${name}`} value={now}>{(held) => <SchemaForm schema={found} values={held} leftOut={["min_decryption_version", "min_encryption_version"]} submit={t("common.save")} needs={needs(mount, name).config} onSubmit={(body) => save.mutate(body)} isPending={save.isPending} error={save.error} />}</Held>
        )}
      </Loaded>
    </section>
  );
}
