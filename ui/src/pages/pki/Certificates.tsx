import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { join } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { Anchor, Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Switch, TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { OpenByName } from "../../components/OpenByName";
import { PageTabs } from "../../components/PageTabs";
import { Paging } from "../../components/Paging";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { Calendar } from "./Calendar";
import { CertificateTable, rowsOf } from "./CertificateTable";
import { Head } from "./Head";
import { type CertificateEntry, certificateLink, needs, pkiLink } from "./mount";

const A_PAGE = 500;

/** The certificates that a mount has stored. */
export default function Certificates() {
  const mount = useParam("mount");
  const role = useParam("role");
  const [mayDetailed, mayList] = [useMay(needs(mount).listDetailed), useMay(needs(mount).listCertificates)];
  return (
    <>
      <Head part="certificates" intro={t("pki.certificates_intro")} />
      {mayDetailed && (
        <PageTabs
          label={t("pki.part_certificates")}
          tabs={[
            { id: "list", title: t("pki.tab_list"), content: <Found mount={mount} /> },
            { id: "calendar", title: t("pki.tab_calendar"), content: <Calendar mount={mount} role={role} /> },
          ]}
        />
      )}
      {mayDetailed === false && mayList && <Serials mount={mount} />}
      <OpenByName label={t("pki.open_certificate")} description={t(mayDetailed === false && mayList === false ? "pki.open_certificate_unlisted" : "pki.serial_hint")} to={(serial) => certificateLink(mount, serial)} />
    </>
  );
}

/** What is looked for is in the address. */
function Found({ mount }: { mount: string }) {
  const [name, role, valid, after] = [useParam("name"), useParam("role"), useParam("valid"), useParam("after")];
  const found = useList<CertificateEntry>(join(mount, "certs/detailed"), { query: { name: name || undefined, role: role || undefined, valid: valid === "no" ? undefined : true, after: after || undefined, limit: A_PAGE } });
  const to = (next: string) => pkiLink(mount, "/certificates", { name, role, valid, after: next });
  return (
    <div className="stack">
      <Search key={`${name} ${role} ${valid}`} mount={mount} name={name} role={role} all={valid === "no"} />
      <Loaded of={found}>
        {(listing) => (
          <>
            <CertificateTable mount={mount} rows={rowsOf(listing)} />
            <Paging first={after ? to("") : undefined} next={listing.keys.length === A_PAGE ? to(listing.keys[listing.keys.length - 1] ?? "") : undefined} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Search({ mount, ...now }: { mount: string; name: string; role: string; all: boolean }) {
  const [name, setName] = useState(now.name);
  const [role, setRole] = useState(now.role);
  const navigate = useNavigate();
  const go = (all: boolean) => navigate(pkiLink(mount, "/certificates", { name: name.trim(), role: role.trim(), valid: all ? "no" : "" }));
  return (
    <SubmitForm onSubmit={() => go(now.all)}>
      <div className="grid">
        <TextField label={t("pki.find_name")} description={t("pki.find_name_hint")} value={name} onChange={setName} code />
        <TextField label={t("pki.role")} value={role} onChange={setRole} code />
      </div>
      <div className="row">
        <Button type="submit">{t("pki.find")}</Button>
        <Switch label={t("pki.find_all")} value={now.all} onChange={go} />
      </div>
    </SubmitForm>
  );
}

/** Numbers alone: for who may not see more of what is stored. */
function Serials({ mount }: { mount: string }) {
  const after = useParam("after");
  const found = useList(join(mount, "certs"), { query: { limit: A_PAGE, after: after || undefined } });
  const to = (next: string) => pkiLink(mount, "/certificates", { after: next });
  return (
    <Loaded of={found}>
      {({ keys }) => (
        <>
          <DataTable label={t("pki.part_certificates")} rows={keys.map((serial) => ({ serial }))} idOf={({ serial }) => serial} textOf={({ serial }) => serial} columns={[{ id: "serial", title: t("pki.serial"), cell: ({ serial }) => <Anchor to={certificateLink(mount, serial)}>{serial}</Anchor> }]} empty={<Empty title={t("pki.no_certificates")} />} />
          <Paging first={after ? to("") : undefined} next={keys.length === A_PAGE ? to(keys[keys.length - 1] ?? "") : undefined} />
        </>
      )}
    </Loaded>
  );
}
