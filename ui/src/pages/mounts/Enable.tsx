import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { faultOf } from "../../api/paths";
import { link, useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, Choices, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Typed } from "../../components/Typed";
import { Pairs } from "../../forms/Pairs";
import { t, textOr } from "../../texts";
import { engineLink } from "../engine/engine";
import { pageOf } from "../engines";
import { bodyFor, NONE, type Settings } from "./body";
import { listLink, mountNeeds, mountPath, prefixOf, type Table } from "./table";
import "./mounts.css";

interface Catalogue {
  secret: string[];
  auth: string[];
}

/** Types that are other names of the same, and those that are there already. */
const LEFT_OUT = new Set(["openldap", "app-id", "postgresql", "mysql", "generic", "cubbyhole", "identity", "system", "token"]);

/** Enables a secrets engine or an auth method. */
export default function Enable() {
  const table: Table = useParam("table") === "auth" ? "auth" : "secret";
  const mayLook = useMay("read sys/plugins/catalog");
  const catalogue = useRead<Catalogue>("sys/plugins/catalog", { enabled: mayLook === true });
  return (
    <>
      <PageHead title={t(`mounts.enable_${table}`)} intro={t(`mounts.enable_intro_${table}`)} crumbs={[{ text: t(table === "auth" ? "auth.title" : "secrets.title"), to: listLink(table) }]} />
      {mayLook === false ? <Form table={table} types={[]} /> : <Loaded of={catalogue}>{(found) => <Form key={table} table={table} types={found[table].filter((type) => !LEFT_OUT.has(type))} />}</Loaded>}
    </>
  );
}

function Form({ table, types }: { table: Table; types: readonly string[] }) {
  const [type, setType] = useState(table === "secret" && types.includes("kv") ? "kv" : (types.find((each) => each === "userpass") ?? types[0] ?? ""));
  const [path, setPath] = useState("");
  const [settings, setSettings] = useState(NONE);
  const navigate = useNavigate();
  const set = (change: Partial<Settings>) => setSettings({ ...settings, ...change });
  const place = (path || type).replace(/^\/+|\/+$/g, "");
  const fault = place === "" ? null : faultOf(place);
  const enable = useChange(
    () => send("POST", mountPath(table, place), { data: bodyFor(type, table, settings) }),
    () => {
      toast(t("mounts.enabled", { path: place }));
      const mount = prefixOf(table, `${place}/`);
      navigate(table === "auth" ? engineLink(mount) : link(pageOf({ type, options: null }), { mount }));
    },
  );
  return (
    <Typed>
      <SubmitForm
        className="stack card"
        onSubmit={() => {
          if (!fault) enable.mutate(undefined);
        }}
      >
        {types.length > 0 ? (
          <div className="types">
            <Choices label={t("mounts.type")} value={type} onChange={setType} choices={types.map((each) => ({ id: each, label: each, description: textOr(`mounts.about_${table}_${each}`, t("mounts.about_plugin")) }))} />
          </div>
        ) : (
          <TextField label={t("mounts.type")} description={t("mounts.type_hint")} value={type} onChange={setType} isRequired code />
        )}
        <TextField label={t("mounts.path")} description={t("mounts.path_hint")} value={path} onChange={setPath} placeholder={type} error={fault ? t(`kv.fault_${fault}`) : null} code />
        <TextField label={t("mounts.description")} description={t("mounts.description_hint")} value={settings.description} onChange={(description) => set({ description })} />
        {type === "kv" && table === "secret" && <Checkbox label={t("mounts.versioned")} description={t("mounts.versioned_hint")} value={settings.versioned} onChange={(versioned) => set({ versioned })} />}
        {table === "auth" && <Checkbox label={t("mounts.visible")} description={t("mounts.visible_hint")} value={settings.isVisible} onChange={(isVisible) => set({ isVisible })} />}
        <More settings={settings} set={set} />
        {enable.error && <Failure error={enable.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={enable.isPending} isDisabled={type === "" || fault !== null} needs={mountNeeds("update", table, place || "new")}>
            {t("mounts.enable")}
          </Button>
          <LinkButton to={listLink(table)}>{t("common.cancel")}</LinkButton>
        </div>
      </SubmitForm>
    </Typed>
  );
}

function More({ settings, set }: { settings: Settings; set: (change: Partial<Settings>) => void }) {
  return (
    <details className="form-part">
      <summary>{t("mounts.more")}</summary>
      <div className="stack">
        <TextField label={t("mounts.default_time")} description={t("mounts.default_time_hint")} value={settings.defaultTime} onChange={(defaultTime) => set({ defaultTime })} code />
        <TextField label={t("mounts.most_time")} description={t("mounts.most_time_hint")} value={settings.mostTime} onChange={(mostTime) => set({ mostTime })} code />
        <Checkbox label={t("mounts.local")} description={t("mounts.local_hint")} value={settings.local} onChange={(local) => set({ local })} />
        <Pairs label={t("mounts.options")} description={t("mounts.options_hint")} value={settings.options} onChange={(options) => set({ options })} />
      </div>
    </details>
  );
}
