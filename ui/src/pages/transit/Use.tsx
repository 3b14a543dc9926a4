import { useMay } from "../../api/capabilities";
import { useParam } from "../../app/location";
import { Empty } from "../../components/Loaded";
import { Sections } from "../../components/Sections";
import { t } from "../../texts";
import { Decrypt, Encrypt, Rewrap } from "./Ciphers";
import { DataKey } from "./DataKey";
import { keyLink, type OfKey } from "./mount";
import { isPossible, type Operation, OPERATIONS, pathOf } from "./operations";
import { Mac, Sign, Verify } from "./Signatures";

/** Everything that the user may do with a key: one operation at a time. */
export function Use({ mount, name, info }: OfKey) {
  const wanted = useParam("do");
  const may: Record<Operation, boolean | undefined> = {
    encrypt: useMay(`update ${pathOf(mount, name, "encrypt")}`),
    decrypt: useMay(`update ${pathOf(mount, name, "decrypt")}`),
    rewrap: useMay(`update ${pathOf(mount, name, "rewrap")}`),
    datakey: useMayDataKey(mount, name),
    sign: useMay(`update ${pathOf(mount, name, "sign")}`),
    verify: useMay(`update ${pathOf(mount, name, "verify")}`),
    hmac: useMay(`update ${pathOf(mount, name, "hmac")}`),
    cmac: useMay(`update ${pathOf(mount, name, "cmac")}`),
  };
  if (info?.soft_deleted) return <Empty title={t("transit.soft_deleted")} />;
  if (Object.values(may).includes(undefined)) return null;
  const offered = OPERATIONS.filter((each) => may[each] && (!info || isPossible(info, each)));
  const current = offered.find((each) => each === wanted) ?? offered[0];
  if (!current) return <Empty title={t("transit.nothing_to_do")} />;
  return (
    <div className="stack">
      <Sections label={t("transit.operations")} places={offered.map((id) => ({ id, text: t(`transit.${id}`), to: keyLink(mount, name, { do: id }), isHere: id === current }))} />
      <Chosen key={current} operation={current} mount={mount} name={name} info={info} />
    </div>
  );
}

function useMayDataKey(mount: string, name: string): boolean | undefined {
  const [plain, wrapped] = [useMay(`update ${pathOf(mount, name, "datakey")}`), useMay(`update ${pathOf(mount, name, "datakey").replace("/plaintext/", "/wrapped/")}`)];
  return plain === undefined || wrapped === undefined ? undefined : plain || wrapped;
}

function Chosen({ operation, ...key }: OfKey & { operation: Operation }) {
  switch (operation) {
    case "encrypt":
      return <Encrypt {...key} />;
    case "decrypt":
      return <Decrypt {...key} />;
    case "rewrap":
      return <Rewrap {...key} />;
    case "datakey":
      return <DataKey {...key} />;
    case "sign":
      return <Sign {...key} />;
    case "verify":
      return <Verify {...key} />;
    case "hmac":
    case "cmac":
      return <Mac {...key} operation={operation} />;
  }
}
