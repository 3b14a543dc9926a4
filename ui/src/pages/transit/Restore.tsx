import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { join } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, TextField } from "../../components/Field";
import { PageHead } from "../../components/PageHead";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { crumbsOf, keyLink, mountLink } from "./mount";

/** Brings a key back from its backup. */
export default function Restore() {
  const mount = useParam("mount");
  const [name, setName] = useState("");
  const [backup, setBackup] = useState("");
  const [force, setForce] = useState(false);
  const navigate = useNavigate();
  const wanted = name.trim();
  const restore = useChange(
    // With the name in the path: there a policy sees it.
    () => send("POST", join(mount, "restore", wanted), { data: { backup: backup.trim(), ...(force && { force }) } }),
    () => {
      setBackup("");
      toast(t("transit.restored", { name: wanted }));
      navigate(keyLink(mount, wanted));
    },
  );
  return (
    <>
      <PageHead title={t("transit.restore")} crumbs={crumbsOf(mount)} intro={t("transit.restore_intro")} />
      <SubmitForm onSubmit={() => restore.mutate()}>
        <TextField label={t("transit.name")} value={name} onChange={setName} isRequired autoFocus code />
        <TextField label={t("transit.backup")} type="password" autoComplete="off" value={backup} onChange={setBackup} isRequired />
        <div className="row">
          <FileTrigger onSelect={(files) => void files?.[0]?.text().then(setBackup)}>
            <Button>{t("transit.choose_file")}</Button>
          </FileTrigger>
          {backup && <span className="description">{t("transit.letters", { n: backup.length })}</span>}
        </div>
        <Checkbox label={t("transit.restore_force")} description={t("transit.restore_force_hint")} value={force} onChange={setForce} />
        {restore.error && <Failure error={restore.error} />}
        <div className="row">
          <Button type="submit" look={force ? "danger" : "primary"} isPending={restore.isPending} isDisabled={wanted === "" || backup.trim() === ""} needs={`update ${join(mount, "restore", wanted || "new")}`}>
            {t("transit.restore")}
          </Button>
          <LinkButton to={mountLink(mount)}>{t("common.cancel")}</LinkButton>
        </div>
      </SubmitForm>
    </>
  );
}
