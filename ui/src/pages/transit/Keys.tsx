import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { join } from "../../api/paths";
import { link, useNavigate, useParam } from "../../app/location";
import { Anchor, Button, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { crumbsOf, keyLink, mountLink } from "./mount";

/** The keys of a mount. */
export default function Keys() {
  const mount = useParam("mount");
  const mayList = useMay(`list ${join(mount, "keys")}`);
  return (
    <>
      <PageHead title={mount} crumbs={crumbsOf(mount, true)} intro={t("transit.intro")}>
        <LinkButton to={mountLink(mount, "/create")} look="primary" needs={`create ${join(mount, "keys/new")}`}>
          {t("transit.create")}
        </LinkButton>
        <LinkButton to={mountLink(mount, "/import")} needs={`update ${join(mount, "keys/new/import")}`}>
          {t("transit.import")}
        </LinkButton>
        <LinkButton to={mountLink(mount, "/restore")} needs={`update ${join(mount, "restore/new")}`}>
          {t("transit.restore")}
        </LinkButton>
        <LinkButton to={mountLink(mount, "/random")} needs={`update ${join(mount, "random")}`}>
          {t("transit.random")}
        </LinkButton>
        <LinkButton to={mountLink(mount, "/settings")} needs={`read ${join(mount, "config/keys")}`}>
          {t("transit.settings")}
        </LinkButton>
      </PageHead>
      {mayList && <Names mount={mount} />}
      <Jump mount={mount} isOnlyWay={mayList === false} />
      <p className="description">
        <Anchor to={link("/secrets/engine", { mount })}>{t("transit.all_paths")}</Anchor>
      </p>
    </>
  );
}

function Names({ mount }: { mount: string }) {
  const found = useList(join(mount, "keys"));
  const navigate = useNavigate();
  return (
    <Loaded of={found}>
      {({ keys }) => (
        <DataTable
          label={t("transit.keys")}
          rows={keys.map((name) => ({ name }))}
          idOf={({ name }) => name}
          textOf={({ name }) => name}
          onOpen={({ name }) => navigate(keyLink(mount, name))}
          columns={[{ id: "name", title: t("transit.name"), order: ({ name }) => name, cell: ({ name }) => <Anchor to={keyLink(mount, name)}>{name}</Anchor> }]}
          empty={<Empty title={t("transit.no_keys")} />}
        />
      )}
    </Loaded>
  );
}

/** The way to a key whose name is known. */
function Jump({ mount, isOnlyWay }: { mount: string; isOnlyWay: boolean }) {
  const [name, setName] = useState("");
  const navigate = useNavigate();
  return (
    <form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") navigate(keyLink(mount, name.trim()));
      }}
    >
      <TextField label={t("transit.jump")} description={isOnlyWay ? t("transit.jump_unlisted") : undefined} value={name} onChange={setName} code />
      <div className="row">
        <Button type="submit" isDisabled={name.trim() === ""}>
          {t("transit.open")}
        </Button>
      </div>
    </form>
  );
}
