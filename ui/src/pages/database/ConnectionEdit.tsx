import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { faultOf } from "../../api/paths";
import type { Schema } from "../../api/openapi";
import { useNavigate, useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Checkbox, Select, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { Warnings } from "../engine/Answer";
import { useBody, useMount } from "../engine/mount";
import { type Connection, connectionLink, databaseLink } from "./paths";
import { connectionForm, EXAMPLE_URLS, familyOf } from "./plugins";
import { asOneText, statementsAsText } from "./statements";

const USUAL = "postgresql-database-plugin";
const KNOWN = [USUAL, "mysql-database-plugin", "mysql-aurora-database-plugin", "mysql-rds-database-plugin", "mysql-legacy-database-plugin", "redis-database-plugin", "valkey-database-plugin", "influxdb-database-plugin"];

/** The form of a connection: of a new one, or of one that is changed. */
export default function ConnectionEdit() {
  const mount = useMount();
  const name = useParam("name");
  const body = useBody(mount, "config/{name}");
  const mayRead = useMay(`read ${mount}config/${name}`);
  const found = useRead<Connection>(`${mount}config/${name}`, { enabled: name !== "" && mayRead === true });
  return (
    <>
      <PageHead
        title={name || t("database.create_connection")}
        intro={t("database.edit_intro")}
        crumbs={[
          { text: mount, to: databaseLink(mount) },
          { text: t("database.connections"), to: databaseLink(mount, "connections") },
        ]}
      />
      <Loaded of={body}>{(schema) => (name === "" || mayRead === false ? <Form mount={mount} given={name} schema={schema} now={null} /> : <Loaded of={found}>{(connection) => <Form key={name} mount={mount} given={name} schema={schema} now={connection} />}</Loaded>)}</Loaded>
    </>
  );
}

function Form({ mount, given, schema, now }: { mount: string; given: string; schema: Schema; now: Connection | null }) {
  const [name, setName] = useState(given);
  const [plugin, setPlugin] = useState(now?.plugin_name ?? USUAL);
  const [isVerified, setIsVerified] = useState(true);
  const [tried, setTried] = useState(false);
  const navigate = useNavigate();
  const plugins = usePlugins();
  const family = familyOf(plugin);
  const form = connectionForm(asOneText(schema), family);
  const fault = faultOf(name) ?? (name.includes("/") ? "segments" : null);
  const save = useChange(
    (fields: Fields) => send<Envelope<null> | undefined>("POST", `${mount}config/${name}`, { data: { ...fields, plugin_name: plugin, verify_connection: isVerified } }),
    (answered) => {
      toast(t("engine.saved", { name }));
      if (!answered?.warnings) navigate(connectionLink(mount, name));
    },
  );
  return (
    <section className="card stack">
      <SchemaForm
        schema={form.schema}
        order={form.order}
        values={now ? valuesOf(now) : {}}
        initial={now ? {} : { connection_url: EXAMPLE_URLS[family], allowed_roles: "*" }}
        submit={t("common.save")}
        needs={`${given ? "update" : "create"} ${mount}config/${name || "new"}`}
        onSubmit={(fields) => {
          setTried(true);
          if (!fault) save.mutate(fields);
        }}
        isPending={save.isPending}
        error={save.error}
        actions={<LinkButton to={given ? connectionLink(mount, given) : databaseLink(mount, "connections")}>{t("common.cancel")}</LinkButton>}
      >
        {given === "" && <TextField label={t("engine.name")} value={name} onChange={setName} error={tried && fault ? t(`kv.fault_${fault}`) : null} isRequired autoFocus code />}
        <Select label={t("database.plugin")} value={plugin} onChange={setPlugin} choices={[...new Set([...plugins, plugin])].map((id) => ({ id, label: id }))} />
        <Checkbox label={t("database.verify")} description={t("database.verify_hint")} value={isVerified} onChange={setIsVerified} />
      </SchemaForm>
      <Warnings texts={save.data?.warnings} />
    </section>
  );
}

/** The kinds of databases that the server knows; those that come with it where the catalogue may not be read. */
function usePlugins(): readonly string[] {
  const may = useMay("read sys/plugins/catalog");
  const found = useRead<{ database: string[] }>("sys/plugins/catalog", { enabled: may === true });
  return found.data?.database ?? KNOWN;
}

function valuesOf({ connection_details, root_credentials_rotate_statements, ...rest }: Connection): Fields {
  return statementsAsText({ ...connection_details, ...rest, ...(root_credentials_rotate_statements !== undefined && { root_rotation_statements: root_credentials_rotate_statements }) });
}
