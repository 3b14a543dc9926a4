import { useMay } from "../../api/capabilities";
import { type Fields, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { bodyOf, useDescription } from "../../api/openapi";
import { link, useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { CopyButton } from "../../components/Secret";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { SettingValues } from "../../forms/SettingsForm";
import { t } from "../../texts";
import { engineLink } from "../engine/engine";
import { pageOf } from "../engines";
import type { Mount } from "../secrets/Mounts";
import { Disable } from "./Disable";
import { Move } from "./Move";
import { listLink, prefixOf, type Table, tunePath } from "./table";
import { ownOf, tuned, tuning } from "./tuning";

const NO_CONFIG: Fields = {};

/** The settings of a mount, the way to another path, and its end. */
export default function Settings() {
  const table: Table = useParam("table") === "auth" ? "auth" : "secret";
  const path = useParam("path");
  const mount = prefixOf(table, path);
  const about = useRead<Mount>(`sys/internal/ui/mounts/${mount}`);
  return (
    <>
      <PageHead title={mount} crumbs={[{ text: t(table === "auth" ? "auth.title" : "secrets.title"), to: listLink(table) }]}>
        {about.data && <LinkButton to={table === "auth" ? engineLink(mount) : link(pageOf(about.data), { mount })}>{t("mounts.open")}</LinkButton>}
        {about.data && <Move table={table} path={path} />}
        {about.data && <Disable table={table} path={path} />}
      </PageHead>
      <Loaded of={about}>{(found) => <Facts mount={found} />}</Loaded>
      {(about.data || about.error) && <Tune key={mount} table={table} path={path} type={about.data?.type ?? ""} own={about.data?.config ?? NO_CONFIG} />}
    </>
  );
}

function Facts({ mount }: { mount: Mount }) {
  const options = Object.entries(mount.options ?? {});
  return (
    <dl className="facts card">
      <div className="fact">
        <dt>{t("mounts.type")}</dt>
        <dd>
          <span className="badge">{mount.type}</span> {mount.running_plugin_version}
        </dd>
      </div>
      <div className="fact">
        <dt>{t("mounts.accessor")}</dt>
        <dd className="row">
          <span className="code">{mount.accessor}</span>
          <CopyButton text={mount.accessor} label={t("mounts.copy_accessor")} />
        </dd>
      </div>
      {options.length > 0 && (
        <div className="fact">
          <dt>{t("mounts.options")}</dt>
          <dd className="code">{options.map(([name, value]) => `${name}=${value}`).join(", ")}</dd>
        </div>
      )}
    </dl>
  );
}

function Tune({ table, path, type, own }: { table: Table; path: string; type: string; own: Fields }) {
  const place = tunePath(table, path);
  const mayRead = useMay(`read ${place}`);
  const mayWrite = useMay(`update ${place}`);
  const found = useRead<Fields>(place, { enabled: mayRead === true });
  const document = useDescription();
  const save = useChange(
    (body: Fields) => send("POST", place, { data: tuned(body) }),
    () => toast(t("mounts.saved", { path })),
  );
  if (!mayRead) return null;
  return (
    <Loaded of={found}>
      {(values) => (
        <Loaded of={document}>
          {(description) => {
            const operation = description.paths["/sys/mounts/{path}/tune"]?.post;
            const { schema, order, leftOut } = tuning(operation ? bodyOf(description, operation) : {}, table, type, values, own);
            return (
              <section className="card stack">
                <h2>{t("mounts.tune")}</h2>
                {mayWrite === false ? (
                  <SettingValues values={values} names={Object.keys(schema.properties ?? {}).filter((name) => name in values && !leftOut.includes(name))} />
                ) : (
                  <SchemaForm schema={schema} values={ownOf(values, own)} order={order} leftOut={leftOut} submit={t("common.save")} needs={`update ${place}`} onSubmit={(body) => save.mutate(body)} isPending={save.isPending} error={save.error} />
                )}
              </section>
            );
          }}
        </Loaded>
      )}
    </Loaded>
  );
}
