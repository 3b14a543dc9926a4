import { remove, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useMay } from "../../api/capabilities";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Select } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { LEVELS } from "./lines";
import "./Loggers.css";

const PATH = "sys/loggers";
const CHOICES = LEVELS.map((id) => ({ id, label: id }));

/** How much each part of the server logs, in all processes of this node. */
export function Loggers() {
  const found = useRead<Record<string, string>>(PATH);
  const change = useChange(
    ({ name, level }: { name: string; level: string }) => write(name ? `${PATH}/${name}` : PATH, { level }),
    (_, { name, level }) => toast(name ? t("nodes.level_changed", { name, level }) : t("nodes.levels_changed", { level })),
  );
  const reset = useChange(
    () => remove(PATH),
    () => toast(t("nodes.levels_reset")),
  );
  const failed = change.error ?? reset.error;
  return (
    <div className="stack">
      <p className="description">{t("nodes.loggers_intro")}</p>
      {failed && <Failure error={failed} />}
      <div className="row">
        <All onChange={(level) => change.mutate({ name: "", level })} />
        <Button onPress={() => reset.mutate(undefined)} isPending={reset.isPending} needs={`delete ${PATH}`}>
          {t("nodes.reset_levels")}
        </Button>
      </div>
      <Loaded of={found}>
        {(levels) => (
          <DataTable
            label={t("nodes.loggers")}
            rows={Object.entries(levels).map(([name, level]) => ({ name, level }))}
            idOf={({ name }) => name}
            textOf={({ name, level }) => `${name} ${level}`}
            columns={[
              { id: "name", title: t("nodes.logger"), order: ({ name }) => name, cell: ({ name }) => name },
              { id: "level", title: t("nodes.level"), order: ({ level }) => level, cell: ({ name, level }) => <LevelOf name={name} level={level} onChange={(next) => change.mutate({ name, level: next })} /> },
            ]}
            empty={null}
          />
        )}
      </Loaded>
    </div>
  );
}

function All({ onChange }: { onChange: (level: string) => void }) {
  if (!useMay(`update ${PATH}`)) return null;
  return <Select label={t("nodes.all_levels")} value="" onChange={onChange} choices={CHOICES} />;
}

function LevelOf({ name, level, onChange }: { name: string; level: string; onChange: (level: string) => void }) {
  if (!useMay(`update ${PATH}/${name}`)) return level;
  return (
    <div className="level-of">
      <Select label={t("nodes.level_of", { name })} value={level} onChange={onChange} choices={CHOICES} />
    </div>
  );
}
