import { RefreshCw } from "lucide-react";
import { read } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { Anchor, Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { exact } from "../../components/Moment";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { listIn, type RevocationList } from "./crl";
import { certificateLink, issuerPath } from "./mount";
import { fileName, PemText } from "./PemText";

interface Props {
  mount: string;
  id: string;
  title: string;
}

/** An issuer's list of revoked certificates, as everybody can fetch it. */
export function RevocationLists({ mount, id, title }: Props) {
  const found = useRead<{ crl: string }>(issuerPath(mount, id, "crl"));
  const rotate = useChange(
    () => read(join(mount, "crl/rotate")),
    () => toast(t("pki.list_made")),
  );
  return (
    <div className="stack">
      <div className="row">
        <Button icon={<RefreshCw aria-hidden size={16} />} onPress={() => rotate.mutate(undefined)} isPending={rotate.isPending} needs={`read ${join(mount, "crl/rotate")}`}>
          {t("pki.make_list")}
        </Button>
      </div>
      {rotate.error && <Failure error={rotate.error} />}
      <Loaded of={found} missing={<Empty title={t("pki.no_list")} />}>
        {({ crl }) => {
          const list = listIn(crl);
          return list ? <List mount={mount} list={list} pem={crl} file={`${fileName(title)}.crl.pem`} /> : <p className="notice">{t("pki.unreadable")}</p>;
        }}
      </Loaded>
    </div>
  );
}

function List({ mount, list, pem, file }: { mount: string; list: RevocationList; pem: string; file: string }) {
  return (
    <>
      <section className="card">
        <Facts
          rows={[
            [t("pki.list_number"), list.number === null ? "" : String(list.number)],
            [t("pki.list_issuer"), list.issuer],
            [t("pki.list_made_at"), exact(list.thisUpdate)],
            [t("pki.list_next"), exact(list.nextUpdate)],
            [t("pki.list_entries"), String(list.revoked.length)],
          ]}
        />
      </section>
      <DataTable
        label={t("pki.revoked_list")}
        rows={list.revoked}
        idOf={({ serial }) => serial}
        textOf={({ serial, reason }) => `${serial} ${reason}`}
        columns={[
          { id: "serial", title: t("pki.serial"), cell: ({ serial }) => <Anchor to={certificateLink(mount, serial)} className="code">{serial}</Anchor> },
          { id: "at", title: t("pki.revoked_at"), order: ({ at }) => at.getTime(), cell: ({ at }) => exact(at) },
          { id: "reason", title: t("pki.reason"), order: ({ reason }) => reason, cell: ({ reason }) => reason },
        ]}
        empty={<Empty title={t("pki.list_empty")} />}
      />
      <section className="card">
        <PemText title={t("pki.list_pem")} text={pem} file={file} isFolded />
      </section>
    </>
  );
}
