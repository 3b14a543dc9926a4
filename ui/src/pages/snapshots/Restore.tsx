import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { data } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { useUnsaved } from "../../app/unsaved";
import { bytes } from "../../components/bytes";
import { Button } from "../../components/Button";
import { Checkbox } from "../../components/Field";
import { Failure } from "../../components/Failure";
import { May } from "../../components/May";
import { PageHead } from "../../components/PageHead";
import { Progress } from "../../components/Progress";
import { RootOnly } from "../../components/RootOnly";
import { t } from "../../texts";
import { Claimed } from "./Claimed";
import { Outcome, RestoreDialog } from "./RestoreDialog";
import { LOAD, type Loaded, may, readLink, type Restored, SNAPSHOT } from "./snapshot";

const TOO_LARGE = 413;
const FORCE = `${SNAPSHOT}-force`;

/** A snapshot in a file: one secret of it is read, or all of it is restored. */
export default function Restore() {
  const [file, setFile] = useState<File | null>(null);
  const [forced, setForced] = useState(false);
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
  const load = useChange(
    (chosen: File) => data<Loaded>("POST", LOAD, { data: chosen }),
    ({ snapshot_id: id }) => {
      forget();
      navigate(readLink(id));
    },
  );
  const restore = useChange(
    ({ chosen, thaw }: { chosen: File; thaw: boolean }) => data<Restored>("POST", forced ? FORCE : SNAPSHOT, { data: chosen, query: { thaw } }),
    () => setOpen(false),
  );
  const choose = (chosen: File | null) => {
    load.reset(); // what was said of another file
    restore.reset();
    setFile(chosen);
  };
  const ask = () => {
    restore.reset();
    setOpen(true);
  };
  const busy = load.isPending || restore.isPending;
  const { forget } = useUnsaved(busy);
  return (
    <RootOnly title={t("snapshots.restore")}>
      <PageHead title={t("snapshots.from_file")} crumbs={[{ text: t("snapshots.title"), to: "/snapshots" }]} intro={t("snapshots.from_file_intro")} />
      <section className="card stack">
        <div className="row">
          <FileTrigger onSelect={(files) => choose(files?.[0] ?? null)}>
            <Button isDisabled={busy}>{t("snapshots.choose")}</Button>
          </FileTrigger>
          {file && <span>{t("snapshots.chosen", { name: file.name, size: bytes(file.size) })}</span>}
        </div>
        {file && <Claimed file={file} />}
        {busy && <Progress label={t(load.isPending ? "snapshots.loading" : "snapshots.restoring")} value={0} most={0} text={bytes(file?.size ?? 0)} />}
        {load.error && <Failure error={load.error} />}
        {load.error?.status === TOO_LARGE && <p>{t("snapshots.too_large")}</p>}
        <May needs={may("update", LOAD)}>
          <div className="row">
            <Button onPress={() => file && load.mutate(file)} isDisabled={!file || busy} needs={may("update", LOAD)}>
              {t("snapshots.load")}
            </Button>
            <span className="description">{t("snapshots.load_hint")}</span>
          </div>
        </May>
        <May needs={may("update", FORCE)}>
          <Checkbox label={t("snapshots.force")} description={t("snapshots.force_hint")} value={forced} onChange={setForced} isDisabled={busy} />
        </May>
        <div className="row">
          <Button look="danger" onPress={ask} isDisabled={!file || busy} needs={may("update", forced ? FORCE : SNAPSHOT)}>
            {t("snapshots.restore")}
          </Button>
        </div>
      </section>
      {restore.data && <Outcome restored={restore.data} />}
      {open && file && <RestoreDialog name={file.name} forced={forced} onClose={() => setOpen(false)} onRestore={(thaw) => restore.mutate({ chosen: file, thaw })} isPending={restore.isPending} error={restore.error} />}
    </RootOnly>
  );
}
