import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Checkbox, NumberField, Select, TextField } from "../../components/Field";
import { Pairs } from "../../forms/Pairs";
import { useNavigate } from "../../app/location";
import { t } from "../../texts";
import { createLink, type Wanted } from "./token";
import "./tokens.css";

interface Props {
  role: string;
  /** Whether what only `sudo` allows is offered. */
  sudo: boolean;
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
  wrapTtl: string;
  onWrapTtl: (text: string) => void;
}

/** Everything that a token can be made with. */
export function CreateFields({ role, sudo, wanted, onChange, wrapTtl, onWrapTtl }: Props) {
  const mayOrphan = useMay("update auth/token/create-orphan");
  const set = <K extends keyof Wanted>(name: K) => (value: Wanted[K]) => onChange({ ...wanted, [name]: value });
  const isBatch = wanted.type === "batch";
  return (
    <>
      <RoleOf role={role} />
      <TextField label={t("tokens.policies")} description={t(role ? "tokens.policies_of_role" : "tokens.policies_hint")} value={wanted.policies} onChange={set("policies")} placeholder="default, team-read" code />
      <div className="grid">
        <TextField label={t("tokens.ttl")} description={t("tokens.ttl_hint")} value={wanted.ttl} onChange={set("ttl")} placeholder="1h" code />
        <TextField label={t("tokens.display_name")} description={t("tokens.display_name_hint")} value={wanted.display_name} onChange={set("display_name")} />
        <NumberField label={t("tokens.num_uses")} description={t("tokens.num_uses_hint")} value={wanted.num_uses} onChange={set("num_uses")} min={0} />
      </div>
      <details className="token-more">
        <summary>{t("tokens.more")}</summary>
        <div className="stack">
          <div className="grid">
            <Select
              label={t("tokens.type")}
              description={t(isBatch ? "tokens.type_batch_hint" : "tokens.type_hint")}
              value={wanted.type || "standard"}
              onChange={(type) => set("type")(type === "service" || type === "batch" ? type : "")}
              choices={[{ id: "standard", label: t("tokens.type_standard") }, { id: "service", label: t("tokens.type_service") }, { id: "batch", label: t("tokens.type_batch") }]}
            />
            <TextField label={t("tokens.explicit_max_ttl")} description={t("tokens.explicit_max_ttl_hint")} value={wanted.explicit_max_ttl} onChange={set("explicit_max_ttl")} code />
            {sudo && <TextField label={t("tokens.period")} description={t("tokens.period_hint")} value={wanted.period} onChange={set("period")} code />}
            {role && <TextField label={t("tokens.entity_alias")} description={t("tokens.entity_alias_hint")} value={wanted.entity_alias} onChange={set("entity_alias")} code />}
            {sudo && <TextField label={t("tokens.id")} description={t("tokens.id_hint")} type="password" autoComplete="new-password" value={wanted.id} onChange={set("id")} code />}
          </div>
          <Checkbox label={t("tokens.renewable")} value={wanted.renewable} onChange={set("renewable")} />
          <Checkbox label={t("tokens.no_default")} value={wanted.no_default_policy} onChange={set("no_default_policy")} />
          {!role && (sudo || mayOrphan) && <Checkbox label={t("tokens.make_orphan")} description={t("tokens.orphan_hint")} value={wanted.orphan} onChange={set("orphan")} />}
          <Pairs label={t("tokens.meta")} description={t("tokens.meta_hint")} value={wanted.meta} onChange={set("meta")} />
        </div>
      </details>
      <TextField label={t("tokens.wrap")} description={t("tokens.wrap_hint")} value={wrapTtl} onChange={onWrapTtl} code />
    </>
  );
}

/** The role whose settings a token gets: chosen by who may list them, typed by who knows one. */
function RoleOf({ role }: { role: string }) {
  const may = useMay("list auth/token/roles/");
  const roles = useList("auth/token/roles", { enabled: may === true });
  const [typed, setTyped] = useState(role);
  const navigate = useNavigate();
  const use = (name: string) => navigate(createLink(name), { replace: true });
  if (may === undefined) return null;
  const names = [...new Set([...(roles.data?.keys ?? []), ...(role ? [role] : [])])];
  if (may && names.length === 0) return null;
  if (may) return <Select label={t("tokens.role")} description={t("tokens.role_hint")} value={role || "/"} onChange={(name) => use(name === "/" ? "" : name)} choices={[{ id: "/", label: t("tokens.no_role") }, ...names.map((name) => ({ id: name, label: name }))]} />;
  return (
    <div className="row">
      <TextField label={t("tokens.role")} description={t("tokens.role_hint")} value={typed} onChange={setTyped} code />
      <Button onPress={() => use(typed.trim())} isDisabled={typed.trim() === role}>
        {t("tokens.use_role")}
      </Button>
    </div>
  );
}
