import { useState } from "react";
import type { Fields } from "../../api/client";
import { ApiError } from "../../api/errors";
import { useChange } from "../../api/hooks";
import { faultOf, parentOf } from "../../api/paths";
import { useNavigate } from "../../app/location";
import { useUnsaved } from "../../app/unsaved";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Choices, NumberField, TextField } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import type { Basis } from "./basis";
import { Conflict } from "./Conflict";
import { FieldsInput, useFieldsInput } from "./FieldsInput";
import { saveSecret, UnpatchableError } from "./saving";
import { folderLink, secretLink, type Store } from "./store";
import { useHow } from "./useHow";

interface Props {
  store: Store;
  /** Empty for a new secret, whose path is typed. */
  path: string;
  folder: string;
  basis: Basis;
}

/** The form in which a secret is written.  Nothing that was typed goes before it is saved. */
export function EditForm({ store, path, folder, basis: begun }: Props) {
  const [name, setName] = useState(path || folder);
  const [basis, setBasis] = useState(begun);
  const input = useFieldsInput(begun.fields);
  const [tried, setTried] = useState(false);
  const [theirs, setTheirs] = useState<Basis | null | undefined>();
  const navigate = useNavigate();
  const how = useHow(store, name, basis);
  const fault = path === "" ? faultOf(name) : null;
  const save = useChange(
    ({ fields, on }: { fields: Fields; on: Basis }) => saveSecret(store, name, how.chosen, on, fields),
    (saved) => {
      if (saved.isOvertaken) return setTheirs(saved.theirs);
      unsaved.forget();
      toast(t("kv.saved", { name }));
      navigate(secretLink(store, name), { replace: true });
    },
  );
  const replaced = useReplaced(basis, save.error);
  const unsaved = useUnsaved(input.isTouched || (path === "" && name !== folder));
  const send = (on: Basis) => {
    setTried(true);
    setTheirs(undefined);
    const fields = input.take();
    if (!fault && fields) save.mutate({ fields, on });
  };
  return (
    <SubmitForm className="stack" onSubmit={() => send(replaced.basis)}>
      {!basis.isRead && <p className="notice notice-warn">{t(how.chosen === "patch" ? "kv.unread_patch" : "kv.unread")}</p>}
      {how.choices.length > 1 && <Choices label={t("kv.how")} value={how.chosen} onChange={how.choose} choices={how.choices.map((id) => ({ id, label: t(`kv.how_${id}`), description: t(`kv.how_${id}_hint`) }))} />}
      {path === "" && <TextField label={t("kv.path")} description={t("kv.path_hint")} value={name} onChange={setName} error={tried && fault ? t(`kv.fault_${fault}`) : null} isRequired autoFocus code />}
      <FieldsInput input={input} />
      {replaced.isWanted && <NumberField label={t("kv.version_replaced")} description={t("kv.version_replaced_hint")} value={replaced.version} onChange={replaced.setVersion} min={0} />}
      {how.chosen === "patch" && <p className="description">{t("kv.patch_hint")}</p>}
      {save.error && (save.error instanceof UnpatchableError ? <p className="notice notice-danger" role="alert">{t("kv.unpatchable")}</p> : <Failure error={save.error} />)}
      {theirs !== undefined && (
        <Conflict
          base={basis}
          mine={input.fields()}
          theirs={theirs}
          onSolved={(fields, next) => {
            if (fields) input.put(fields);
            setBasis(next);
            setTheirs(undefined);
          }}
          onForce={() => send({ ...basis, version: null })}
        />
      )}
      {how.isForbidden && <p className="notice notice-warn">{t("kv.may_not_write")}</p>}
      <div className="row">
        <Button type="submit" look="primary" isPending={save.isPending} isDisabled={theirs !== undefined} needs={how.need}>
          {t("common.save")}
        </Button>
        <LinkButton to={path ? secretLink(store, path) : folderLink(store, folder || parentOf(name))}>{t("common.cancel")}</LinkButton>
      </div>
    </SubmitForm>
  );
}

/** The version that is replaced, where a store wants it: who can't see which one is there has to be told by somebody. */
function useReplaced(basis: Basis, error: Error | null) {
  const [version, setVersion] = useState<number | null>(null);
  const isAsked = error instanceof ApiError && error.errors.some((text) => text.includes("check-and-set parameter required"));
  const isWanted = basis.version === null && (version !== null || isAsked);
  return { isWanted, version, setVersion, basis: isWanted ? { ...basis, version } : basis };
}
