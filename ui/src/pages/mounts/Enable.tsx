import { useState } from "react";
import { send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, Choices, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { t, textOr } from "../../texts";
import { pageOf } from "../engines";
import { listLink, mountPath, prefixOf, type Table } from "./table";

interface Catalogue {
  secret: string[];
  auth: string[];
}

/** Types that are other names of the same, and those that are there already. */
const LEFT_OUT = new Set(["openldap", "app-id", "postgresql", "mysql", "generic", "cubbyhole", "identity", "system", "token"]);

/** Enables a secrets engine or an auth method. */
export default function Enable() {
  const table: Table = useParam("table") === "auth" ? "auth" : "secret";
  const catalogue = useRead<Catalogue>("sys/plugins/catalog");
  return (
    <>
      <PageHead title={t(`mounts.enable_${table}`)} crumbs={[{ text: t(table === "auth" ? "auth.title" : "secrets.title"), to: listLink(table) }]} />
      {catalogue.error?.kind === "denied" ? <Form table={table} types={[]} /> : <Loaded of={catalogue}>{(found) => <Form table={table} types={found[table].filter((type) => !LEFT_OUT.has(type))} />}</Loaded>}
    </>
  );
}

function Form({ table, types }: { table: Table; types: readonly string[] }) {
  const [type, setType] = useState(types.includes("kv") ? "kv" : (types[0] ?? ""));
  const [path, setPath] = useState("");
  const [description, setDescription] = useState("");
  const [versioned, setVersioned] = useState(true);
  const [isVisible, setIsVisible] = useState(false);
  const navigate = useNavigate();
  const place = (path || type).replace(/^\/+|\/+$/g, "");
  const enable = useChange(
    () => {
      const options = type === "kv" ? { options: { version: versioned ? "2" : "1" } } : {};
      const config = table === "auth" && isVisible ? { config: { listing_visibility: "unauth" } } : {};
      return send("POST", mountPath(table, place), { data: { type, description, ...options, ...config } });
    },
    () => {
      toast(t("mounts.enabled", { path: place }));
      const to = table === "auth" ? "/secrets/engine" : pageOf({ type, options: null });
      navigate(link(to, { mount: prefixOf(table, `${place}/`) }));
    },
  );
  return (
    <form
      className="stack card"
      onSubmit={(event) => {
        event.preventDefault();
        enable.mutate(undefined);
      }}
    >
      {types.length > 0 ? (
        <Choices label={t("mounts.type")} value={type} onChange={setType} choices={types.map((each) => ({ id: each, label: each, description: textOr(`mounts.about_${table}_${each}`, "") }))} />
      ) : (
        <TextField label={t("mounts.type")} value={type} onChange={setType} isRequired code />
      )}
      <TextField label={t("mounts.path")} description={t("mounts.path_hint")} value={path} onChange={setPath} placeholder={type} code />
      <TextField label={t("mounts.description")} description={t("mounts.description_hint")} value={description} onChange={setDescription} />
      {type === "kv" && <Checkbox label={t("mounts.versioned")} description={t("mounts.versioned_hint")} value={versioned} onChange={setVersioned} />}
      {table === "auth" && <Checkbox label={t("mounts.visible")} description={t("mounts.visible_hint")} value={isVisible} onChange={setIsVisible} />}
      {enable.error && <Failure error={enable.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={enable.isPending} isDisabled={type === ""} needs={`update ${mountPath(table, place || "new")}`}>
          {t("mounts.enable")}
        </Button>
      </div>
    </form>
  );
}
