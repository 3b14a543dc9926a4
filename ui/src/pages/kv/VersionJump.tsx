import { useState } from "react";
import { useNavigate } from "../../app/location";
import { Button } from "../../components/Button";
import { NumberField } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { secretLink, type Store } from "./store";

/** The way to another version for who may not see which there are. */
export function VersionJump({ store, path, version }: { store: Store; path: string; version: number }) {
  const [wanted, setWanted] = useState<number | null>(version);
  const navigate = useNavigate();
  return (
    <SubmitForm className="version-jump" onSubmit={() => navigate(secretLink(store, path, wanted ? { version: wanted } : {}))}>
      <NumberField label={t("kv.number")} value={wanted} onChange={setWanted} min={1} />
      <Button type="submit">{t("kv.open")}</Button>
    </SubmitForm>
  );
}
