import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { read } from "../../api/client";
import { useChange } from "../../api/hooks";
import { join } from "../../api/paths";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Download } from "../../components/Download";
import { Failure } from "../../components/Failure";
import { Select } from "../../components/Field";
import { Empty } from "../../components/Loaded";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { exportPath, type Kind, kindsOf } from "./exports";
import { Made } from "./Made";
import { type KeyInfo, needs } from "./mount";

interface Props {
  mount: string;
  name: string;
  info: KeyInfo;
}

/** How a key leaves the server: itself, or as a backup with all of its versions and settings. */
export function Export({ mount, name, info }: Props) {
  const kinds = kindsOf(info);
  const may: Record<Kind, boolean | undefined> = {
    "public-key": useMay(`read ${exportPath(mount, "public-key", name)}`),
    "encryption-key": useMay(`read ${exportPath(mount, "encryption-key", name)}`),
    "signing-key": useMay(`read ${exportPath(mount, "signing-key", name)}`),
    "hmac-key": useMay(`read ${exportPath(mount, "hmac-key", name)}`),
    "cmac-key": useMay(`read ${exportPath(mount, "cmac-key", name)}`),
  };
  const mayBackup = useMay(needs(mount, name).backup);
  const offered = kinds.filter((kind) => may[kind]);
  const isBackedUp = mayBackup && info.exportable && info.allow_plaintext_backup;
  return (
    <div className="stack">
      {!info.exportable && <p className="notice">{t("transit.not_exportable")}</p>}
      {offered.length > 0 && <Keys mount={mount} name={name} kinds={offered} />}
      {isBackedUp && <Backup mount={mount} name={name} />}
      {mayBackup && info.exportable && !info.allow_plaintext_backup && <p className="notice">{t("transit.not_backed_up")}</p>}
      {offered.length === 0 && !isBackedUp && <Empty title={t("transit.nothing_to_export")} />}
    </div>
  );
}

interface Exported {
  keys: Record<string, string>;
}

const FORMATS = ["", "raw", "der", "pem"] as const;

function Keys({ mount, name, kinds }: { mount: string; name: string; kinds: readonly Kind[] }) {
  const [wanted, setWanted] = useState<Kind | null>(null);
  const [format, setFormat] = useState<string>("");
  const kind = kinds.find((each) => each === wanted) ?? kinds[0] ?? "public-key";
  const get = useChange(({ of, as }: { of: Kind; as: string }) => read<Exported>(exportPath(mount, of, name), { query: { format: as || undefined } }));
  const made = get.data && get.variables.of === kind ? Object.entries(get.data.keys) : [];
  return (
    <SubmitForm onSubmit={() => get.mutate({ of: kind, as: format })}>
      <h2>{t("transit.export")}</h2>
      <Select label={t("transit.export_what")} value={kind} onChange={(next) => setWanted(kinds.find((each) => each === next) ?? null)} choices={kinds.map((id) => ({ id, label: t(`transit.kind_${id}`) }))} />
      <Select label={t("transit.export_format")} value={format || "usual"} onChange={(next) => setFormat(next === "usual" ? "" : next)} choices={FORMATS.map((id) => ({ id: id || "usual", label: id || t("transit.format_usual") }))} />
      {kind !== "public-key" && <p className="notice notice-warn">{t("transit.export_clear")}</p>}
      {get.error && <Failure error={get.error} />}
      <div className="row">
        <Button type="submit" isPending={get.isPending} needs={`read ${exportPath(mount, kind, name)}`}>
          {t("transit.export")}
        </Button>
      </div>
      {made.map(([version, text]) =>
        kind === "public-key" ? (
          <Made key={version} title={t("transit.version_number", { n: version })} text={text} />
        ) : (
          <section key={version} className="stack">
            <h3>{t("transit.version_number", { n: version })}</h3>
            <Secret value={text} name={t("transit.version_number", { n: version })} />
            <div className="row">
              <Download name={`${name}-v${version}.${text.startsWith("-----") ? "pem" : "key"}`} content={text} label={t("transit.save_as_file")} />
            </div>
          </section>
        ),
      )}
    </SubmitForm>
  );
}

function Backup({ mount, name }: { mount: string; name: string }) {
  const [open, setOpen] = useState(false);
  const get = useChange(
    () => read<{ backup: string }>(join(mount, "backup", name)),
    () => setOpen(false),
  );
  return (
    <section className="card stack">
      <h2>{t("transit.backup")}</h2>
      <p>{t("transit.backup_hint")}</p>
      <div className="row">
        <Button onPress={() => setOpen(true)} needs={needs(mount, name).backup}>
          {t("transit.backup_make")}
        </Button>
      </div>
      {get.data && (
        <>
          <Secret value={get.data.backup} name={t("transit.backup")} />
          <div className="row">
            <Download name={`${name}.backup`} content={get.data.backup} label={t("transit.save_as_file")} />
          </div>
        </>
      )}
      {open && (
        <Confirm title={t("transit.backup_make")} isOpen onClose={() => setOpen(false)} action={t("transit.backup_make")} onConfirm={() => get.mutate(undefined)} isPending={get.isPending} error={get.error}>
          <p>{t("transit.backup_clear")}</p>
        </Confirm>
      )}
    </section>
  );
}
