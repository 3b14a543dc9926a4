import { useList } from "../../api/hooks";
import { DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { exact } from "../../components/Moment";
import { t } from "../../texts";

interface Version {
  previous_version: string | null;
  build_date: string;
  timestamp_installed: string;
}

/** The versions that have opened this store, each with its first time. */
export function Versions() {
  const found = useList<Version>("sys/version-history");
  return (
    <Loaded of={found}>
      {({ keys, key_info: info }) => (
        <DataTable
          label={t("nodes.tab_versions")}
          rows={keys.map((version) => ({ version, ...info[version] })).reverse()}
          idOf={({ version }) => version}
          columns={[
            { id: "version", title: t("nodes.version"), cell: ({ version }) => version },
            { id: "first", title: t("nodes.first"), order: ({ timestamp_installed: first }) => first ?? "", cell: ({ timestamp_installed: first }) => exact(first) },
            { id: "before", title: t("nodes.before"), cell: ({ previous_version: before }) => before ?? t("common.none") },
          ]}
          empty={<p>{t("nodes.no_versions")}</p>}
        />
      )}
    </Loaded>
  );
}
