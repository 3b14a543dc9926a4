import type { Need } from "../api/capabilities";
import { useMay } from "../api/capabilities";
import { type Envelope, type Fields, type Json, send } from "../api/client";
import { useChange, useRead } from "../api/hooks";
import { Facts } from "../components/Facts";
import { Held } from "../components/Held";
import { Loaded } from "../components/Loaded";
import { toast } from "../components/toasts";
import { Warnings } from "../components/Warnings";
import { t } from "../texts";
import { labelOf } from "./fields";
import { grouped, type Groups } from "./grouped";
import { SchemaForm } from "./SchemaForm";
import { useSchema } from "./schema";

interface Props {
  path: string;
  /** What is said when it is saved. */
  saved: string;
  order?: readonly string[];
  leftOut?: readonly string[];
  groups?: Groups;
  suggestions?: Readonly<Record<string, readonly string[]>>;
}

const NO_GROUPS: Groups = [];

/** Settings that are kept at one path: a form for who may change them, and their values for who may only read them. */
export function SettingsForm({ path, saved, groups = NO_GROUPS, ...form }: Props) {
  const found = useRead<Fields>(path);
  const schema = useSchema(path);
  const need: Need = `update ${path}`;
  const may = useMay(need);
  const save = useChange(
    (body: Fields) => send<Envelope<Fields> | undefined>("POST", path, { data: body }),
    () => toast(saved),
  );
  return (
    <Loaded of={found}>
      {(values) =>
        may === false ? (
          <SettingValues values={values} />
        ) : (
          <Loaded of={schema}>
            {(known) => (
              <>
                <Held key={path} value={values}>{(held) => <SchemaForm schema={grouped(known, groups)} values={held} submit={t("common.save")} needs={need} onSubmit={(body) => save.mutate(body)} isPending={save.isPending} error={save.error} {...form} />}</Held>
                <Warnings of={save.data?.warnings} />
              </>
            )}
          </Loaded>
        )
      }
    </Loaded>
  );
}

/** The values of settings, by their names. */
export function SettingValues({ values, names = Object.keys(values) }: { values: Fields; names?: readonly string[] }) {
  return <Facts rows={names.map((name) => [labelOf(name), shown(values[name])] as const)} />;
}

function shown(value: Json | undefined): string {
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return t("common.none");
  return Array.isArray(value) ? value.map(String).join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);
}
