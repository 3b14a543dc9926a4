import { FileKey, Folder } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { useList, useRead } from "../../api/hooks";
import { foldersOf, nameOf } from "../../api/paths";
import { link, useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { NameTable } from "../../components/NameTable";
import { PageHead } from "../../components/PageHead";
import { Paging } from "../../components/Paging";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { folderOf, leaseLink, leasesLink, needsOf, revokeLink, SEARCH } from "./lease";

const PAGE = 500;

/** The leases by the paths that made them, and the ways to one that is known. */
export default function Leases() {
  const prefix = folderOf(useParam("prefix"));
  return (
    <>
      <PageHead title={prefix ? nameOf(prefix) : t("leases.title")} intro={prefix ? undefined : t("leases.intro")} crumbs={crumbsOf(prefix)}>
        <LinkButton to={link("/leases/search", { prefix })} needs={SEARCH}>
          {t("leases.search")}
        </LinkButton>
        {prefix && (
          <LinkButton to={revokeLink(prefix)} needs={needsOf(prefix).revoke}>
            {t("leases.revoke_below")}
          </LinkButton>
        )}
      </PageHead>
      {prefix === "" && <Irrevocable />}
      <Names prefix={prefix} />
      <Ways key={prefix} prefix={prefix} />
    </>
  );
}

/** The way to a folder of leases; none from the top. */
function crumbsOf(prefix: string) {
  if (prefix === "") return [];
  return [{ text: t("leases.title"), to: leasesLink() }, ...foldersOf(prefix).map((folder) => ({ text: nameOf(folder), to: leasesLink(folder) }))];
}

function Names({ prefix }: { prefix: string }) {
  const may = useMay(...needsOf(prefix).list);
  const after = useParam("after");
  const names = useList(`sys/leases/lookup/${prefix}`, { enabled: may === true, query: { after: after || undefined, limit: PAGE } });
  const open = (name: string) => (name.endsWith("/") ? leasesLink(prefix + name) : leaseLink(prefix + name));
  if (may === false) return <p className="notice">{t("leases.unlisted")}</p>;
  return (
    <Loaded of={names}>
      {({ keys }) => (
        <>
          <NameTable
            label={prefix || t("leases.title")}
            title={t(prefix ? "leases.below" : "leases.path")}
            keys={keys}
            to={open}
            icon={(name) => (name.endsWith("/") ? <Folder aria-hidden size={16} /> : <FileKey aria-hidden size={16} />)}
            empty={<Empty title={t(after ? "leases.no_more" : prefix ? "leases.none_below" : "leases.none")} />}
          />
          <Paging first={after ? leasesLink(prefix) : undefined} next={keys.length === PAGE ? leasesLink(prefix, keys.at(-1)) : undefined} />
        </>
      )}
    </Loaded>
  );
}

interface Counted {
  lease_count: number;
}

/** Tells of leases whose revocation keeps failing: what they stand for is still alive. */
function Irrevocable() {
  const may = useMay("read sys/leases/count");
  const found = useRead<Counted | undefined>("sys/leases/count", { enabled: may === true, query: { type: "irrevocable" } });
  const n = found.data?.lease_count ?? 0;
  if (n === 0) return null;
  return (
    <div className="notice notice-warn">
      <div>
        <p>{t("leases.irrevocable", { n })}</p>
        <LinkButton to={link("/leases/search", { state: "irrevocable" })} needs={SEARCH}>
          {t("leases.show_irrevocable")}
        </LinkButton>
      </div>
    </div>
  );
}

/** The ways to a lease and to a path that are known. */
function Ways({ prefix }: { prefix: string }) {
  const [id, setId] = useState("");
  const [path, setPath] = useState(prefix);
  const navigate = useNavigate();
  const mayLookUp = useMay("update sys/leases/lookup");
  return (
    <div className="grid">
      {mayLookUp && (
        <SubmitForm onSubmit={() => navigate(leaseLink(id.trim()))}>
          <TextField label={t("leases.id")} description={t("leases.id_hint")} value={id} onChange={setId} code />
          <div className="row">
            <Button type="submit" isDisabled={id.trim() === ""} needs="update sys/leases/lookup">
              {t("leases.look_up")}
            </Button>
          </div>
        </SubmitForm>
      )}
      <SubmitForm onSubmit={() => navigate(leasesLink(folderOf(path)))}>
        <TextField label={t("leases.go_to")} description={t("leases.go_to_hint")} value={path} onChange={setPath} code />
        <div className="row">
          <Button type="submit">{t("leases.go")}</Button>
        </div>
      </SubmitForm>
    </div>
  );
}
