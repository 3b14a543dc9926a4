import { useState } from "react";
import { useNavigate } from "../../app/location";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { folderLink, secretLink, type Store } from "./store";

/** The way to a secret by its path: also where the folder can't be listed. */
export function Jump({ store, folder }: { store: Store; folder: string }) {
  const [path, setPath] = useState(folder);
  const navigate = useNavigate();
  return (
    <SubmitForm
      className="jump"
      onSubmit={() => {
        const wanted = path.replace(/^\/+/, "");
        navigate(wanted.endsWith("/") || wanted === "" ? folderLink(store, wanted) : secretLink(store, wanted));
      }}
    >
      <TextField label={t("kv.jump")} value={path} onChange={setPath} placeholder={t("kv.jump_hint")} code />
      <Button type="submit">{t("kv.open")}</Button>
    </SubmitForm>
  );
}
